// What a mark says is text within <noscript> until the mark is unfolded: most are never asked, and elements cost time.
function tell(mark) {
  const text = mark.querySelector(":scope > .evidence-says > noscript");
  if (text) text.outerHTML = text.textContent;
}

document.addEventListener("click", ({ target }) => {
  const mark = target.closest("details.evidence > summary");
  if (mark) tell(mark.parentElement); // before it opens, so that its size does not change afterward
});
document.addEventListener("toggle", ({ target }) => target.matches("details.evidence[open]") && tell(target), true);
