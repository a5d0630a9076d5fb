// What a page needs before it is drawn: it is light or dark as the reader chose.
{
  const { defaultMode } = document.currentScript.dataset;
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
}
