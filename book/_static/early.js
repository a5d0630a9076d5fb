// What a page needs before it is drawn. It is light or dark as the reader chose, and asks for the fonts of its text and
// of its formulas, so that nothing moves when they come; a page that is read from a file may not ask.
{
  const { defaultMode, fonts } = document.currentScript.dataset;
  const chosen = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // the browser keeps nothing
    }
  };
  const page = document.documentElement.dataset;
  page.mode = chosen("mode") || defaultMode;
  // The script of the theme comes to the same, but later, and the whole page would get its colors anew.
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  page.theme = page.mode === "auto" ? preferred : page.mode;
  if (location.protocol !== "file:") {
    for (const font of fonts.split(" ")) {
      const link = { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "" };
      link.href = new URL(`${font}.woff2`, document.currentScript.src).href;
      document.head.append(Object.assign(document.createElement("link"), link));
    }
  }
}
