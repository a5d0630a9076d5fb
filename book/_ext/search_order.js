// In which order the search shows what it found. A page of the book counts more than one of the reference, where much
// is named in passing, and most if its title has all the words; the ledger, which names every page, comes last. A word of
// the glossary, for which Sphinx gives up to 100, comes after the pages about it.
const wordsOfSearch = (new URLSearchParams(location.search).get("q") || "").toLowerCase().split(/\s+/);
var Scorer = {
  score: ([docname, title, anchor, description, score]) => {
    if (docname === "book/reference/ledger") return score - 15;
    if (docname === "book/reference/glossary") return Math.min(score, 5);
    const titled = !anchor && wordsOfSearch.every((word) => title.toLowerCase().includes(word));
    return score + (docname.startsWith("book/reference/") ? 0 : 5) + (titled ? 3 : 0);
  },
  // Sphinx's own numbers, but for that of modules, which were ahead of the pages about them.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 5, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
