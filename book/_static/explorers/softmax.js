// Logits as sliders: the probabilities that softmax makes of them, and their differences from the target.
customElements.define("explore-softmax", class extends Explorer {
  static count = 0;

  begin() {
    const name = `explore-softmax-${++this.constructor.count}`;
    const c = this.numbers(".y").indexOf(1);
    this.choices = [...this.querySelectorAll("tbody th")].map((place, m) => this.choice(place, m, name));
    this.sliders = [...this.querySelectorAll(".z")];
    this.sliders.forEach((slider, m) => this.slide(slider, m));
    return { z: this.numbers(".z data"), c };
  }

  choice(place, m, name) {
    const label = Object.assign(document.createElement("label"), { className: "box" });
    const radio = Object.assign(document.createElement("input"), { type: "radio", name });
    label.append(radio, ...place.childNodes);
    place.append(label);
    radio.addEventListener("change", () => this.change({ c: m }));
    return radio;
  }

  slide(slider, m) {
    const most = Number(slider.dataset.most);
    for (const [name, value] of Object.entries({
      role: "slider", tabindex: 0, "aria-label": `logit z of class ${m + 1}`, "aria-valuemin": -most, "aria-valuemax": most,
    })) slider.setAttribute(name, value);
    const set = (value) => {
      const z = [...this.now.z];
      z[m] = Math.min(most, Math.max(-most, Math.round(10 * value) / 10));
      this.change({ z });
    };
    const follow = ({ clientX }) => {
      const { left, width } = slider.getBoundingClientRect();
      set(most * ((2 * (clientX - left)) / width - 1));
    };
    // Where a finger scrolls the page, neither a move nor a click follows.
    slider.addEventListener("pointerdown", ({ button, pointerId }) => button || slider.setPointerCapture(pointerId));
    slider.addEventListener("click", follow);
    slider.addEventListener("pointermove", (event) => slider.hasPointerCapture(event.pointerId) && follow(event));
    const steps = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };
    slider.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key in steps) set(this.now.z[m] + steps[event.key]);
      else if (event.key === "Home") set(-most);
      else if (event.key === "End") set(most);
      else return;
      event.preventDefault();
    });
  }

  show({ z, c }) {
    // The largest logit is subtracted, so that no exponential can overflow.
    const top = Math.max(...z);
    const powers = z.map((each) => Math.exp(each - top));
    const sum = powers.reduce((total, each) => total + each);
    const p = powers.map((each) => each / sum);
    const rates = p.map((each, m) => each - (m === c));
    this.bars(".z", z);
    this.bars(".p", p);
    this.bars(".rate", rates);
    this.put(".y", z.map((_, m) => Number(m === c)));
    this.put(".class", [c + 1]);
    this.put(".true", [p[c]], this.twoDigits);
    this.put(".loss", [Math.log(sum) - (z[c] - top)], this.twoDigits);
    this.put(".total", [rates.reduce((total, each) => total + each)], this.twoDigits);
    this.choices.forEach((radio, m) => (radio.checked = m === c));
    const two = this.twoDigits;
    this.sliders.forEach((slider, m) => {
      slider.setAttribute("aria-valuenow", z[m]);
      slider.setAttribute("aria-valuetext", `${two(z[m])}: p is ${two(p[m])}, p − y is ${two(rates[m])}`);
    });
  }

  bars(selector, values) {
    this.put(`${selector} data`, values, this.twoDigits);
    this.querySelectorAll(selector).forEach((bar, m) =>
      bar.style.setProperty("--length", Math.min(1, Math.max(-1, values[m] / bar.dataset.most)).toFixed(4)));
  }

  twoDigits(value) {
    return (Number(value.toFixed(2)) + 0).toFixed(2).replace("-", "−");
  }
});
