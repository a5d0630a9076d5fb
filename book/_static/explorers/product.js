// A matrix product: a chosen entry lights up its row and its column, and shows the sum that makes it.
customElements.define("explore-product", class extends Explorer {
  begin() {
    [this.left, this.right, this.result] = ["left", "right", "result"].map((kind) => this.matrix(kind));
    this.entries = this.result.map((cells, row) => cells.map((cell, column) => {
      const part = Object.assign(document.createElement("span"), { className: "box" });
      part.setAttribute("aria-label", `${cell.textContent}, row ${row + 1}, column ${column + 1}`);
      part.append(...cell.childNodes);
      cell.append(part);
      return this.button(part, () => this.change({ row, column }));
    }));
    const [row, column] = ["row", "column"].map((name) => this.numbers(`.nth-${name}`)[0] - 1);
    return { row, column };
  }

  // The cells of a matrix, in rows.
  matrix(kind) {
    return [...this.querySelectorAll(`.${kind} tr`)].map((row) => [...row.cells]);
  }

  show({ row, column }) {
    const number = (cell) => Number(cell.querySelector("data").value);
    const x = this.left[row].map(number);
    const g = this.right.map((cells) => number(cells[column]));
    this.put(".nth-row", [row + 1]);
    this.put(".nth-column", [column + 1]);
    this.put(".x", x, this.inSum);
    this.put(".g", g, this.inSum);
    this.put(".total", [x.reduce((total, each, i) => total + each * g[i], 0)]);
    const light = (matrix, isLit) => matrix.forEach((cells, i) => cells.forEach((cell, j) =>
      cell.classList.toggle("lit", isLit(i, j))));
    light(this.left, (j) => j === row);
    light(this.right, (_, m) => m === column);
    light(this.result, (j, m) => j === row && m === column);
    this.entries.forEach((buttons, j) => buttons.forEach((button, m) =>
      button.setAttribute("aria-pressed", j === row && m === column)));
  }
});
