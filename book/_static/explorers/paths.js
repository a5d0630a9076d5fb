// The chain rule as paths: an arrow of the network and its factor light up each other.
customElements.define("explore-paths", class extends Explorer {
  begin() {
    this.units = [1, 2];
    const x = this.units.map((j) => this.numbers(`.x${j} data`)[0]);
    const w = [1, 2, 3, 4, 5, 6].map((k) => this.numbers(`.arrow.w${k} data`)[0]);
    const [y] = this.numbers(".y");
    this.rates = this.forward(x, w, y);
    this.sources = [...this.querySelectorAll(".source")].map((part, j) =>
      this.button(part, () => this.change({ source: j + 1, chosen: "" })));
    this.arrows = [...this.querySelectorAll(".arrow")].map((part) => {
      const name = part.classList[1];
      return this.button(part, () => this.choose(name));
    });
    this.factors = [...this.querySelectorAll("tr")].map((row, m) => [...row.querySelectorAll(".factor")].map((part, place) =>
      this.button(part, () => this.choose(this.path(this.now.source, m + 1)[place]))));
    return { source: 1, chosen: "" };
  }

  // The rate of every arrow, by its name.
  forward(x, w, y) {
    const z = [w[0] * x[0] + w[1] * x[1], w[2] * x[0] + w[3] * x[1]];
    const a = z.map((each) => Math.max(each, 0));
    const rates = { error: w[4] * a[0] + w[5] * a[1] - y };
    z.forEach((each, m) => (rates[`u${m + 1}`] = Number(each > 0)));
    w.forEach((each, k) => (rates[`w${k + 1}`] = each));
    return rates;
  }

  // The arrows from the cost back to an input, through a unit.
  path(source, unit) {
    return ["error", `w${unit + 4}`, `u${unit}`, `w${2 * (unit - 1) + source}`];
  }

  choose(name) {
    if (name === this.now.chosen) return this.change({ chosen: "" });
    const source = /^w[1-4]$/.test(name) ? 2 - (name[1] % 2) : this.now.source; // the input at which the arrow begins
    this.change({ source, chosen: name });
  }

  show({ source, chosen }) {
    const paths = this.units.map((unit) => this.path(source, unit));
    const rates = paths.map((path) => path.map((name) => this.rates[name]));
    for (const [name, rate] of Object.entries(this.rates)) this.put(`.arrow.${name} data`, [rate]);
    const products = rates.map((path) => path.reduce((product, each) => product * each));
    this.factors.forEach((row, m) => row.forEach((factor, place) => {
      const name = paths[m][place];
      const arrow = this.querySelector(`.arrow.${name}`);
      factor.className = `factor ${name} box`;
      if (factor.innerHTML !== arrow.innerHTML) factor.innerHTML = arrow.innerHTML;
      this.press(factor, name === chosen);
    }));
    this.put(".product", products);
    this.put(".term", products, this.inSum);
    this.put(".input", [source]);
    this.put(".total", [products[0] + products[1]]);
    this.sources.forEach((button, j) => this.press(button, j + 1 === source));
    this.arrows.forEach((button) => this.press(button, button.classList[1] === chosen));
    this.querySelectorAll("path").forEach((line) => {
      line.classList.toggle("lit", line.classList[0] === chosen);
      line.classList.toggle("off", !paths.flat().includes(line.classList[0]));
    });
    const on = this.units.filter((m) => paths[m - 1].includes(chosen));
    this.says ??= this.querySelector(".says").appendChild(document.createElement("span"));
    const words = on.length === 2 ? "both paths" : `the path ${this.querySelectorAll("th")[on[0] - 1]?.innerHTML}`;
    this.says.innerHTML = chosen && ` The chosen factor is on ${words}.`;
  }

  press(button, is) {
    button.setAttribute("aria-pressed", is);
  }
});
