// What the explorers share. Each begins with the numbers of its still picture (book/_ext/explorers.py), keeps what a reader
// changes, and shows it in the same places. On paper the still picture is there again.
class Explorer extends HTMLElement {
  connectedCallback() {
    if (this.first) return;
    this.first = this.begin();
    this.now = { ...this.first };
    const paper = matchMedia("print");
    const onPaperOrNot = () => {
      this.querySelector(".how").hidden = paper.matches;
      this.show(paper.matches ? this.first : this.now);
    };
    paper.addEventListener("change", onPaperOrNot);
    onPaperOrNot();
  }

  change(part) {
    Object.assign(this.now, part);
    this.show(this.now);
  }

  // The numbers of the places that a selector names.
  numbers(selector) {
    return [...this.querySelectorAll(selector)].map((place) => Number(place.value));
  }

  // Write numbers into the places that a selector names. What stays the same is not touched, nor read aloud again.
  put(selector, values, form = this.short) {
    this.querySelectorAll(selector).forEach((place, k) => {
      const text = form(values[k]);
      if (place.value !== String(values[k])) place.value = values[k];
      if (place.textContent !== text) place.textContent = text;
    });
  }

  short(value) {
    return String(Number(value.toFixed(3))).replace("-", "−");
  }

  // Within a sum or a product.
  inSum = (value) => (this.short(value).startsWith("−") ? `(${this.short(value)})` : this.short(value));

  // A button with the content and the place of a part of the still picture.
  button(part, choose) {
    const button = document.createElement("button");
    for (const { name, value } of part.attributes) button.setAttribute(name, value);
    button.type = "button";
    button.append(...part.childNodes);
    button.addEventListener("click", choose);
    part.replaceWith(button);
    return button;
  }
}
