// The search page: looks through SEARCH_INDEX (book/_ext/search_index.py) with MiniSearch, and shows what a reader would
// want first. What decides the order is here, in one place: the fields, how much they count, and the functions below.
// Without a document, as in a test of the ranking, it only defines `bookSearch`.

const bookSearch = (() => {
  // Words that say nothing of what is looked for. "He", "one" and "all" are words of this book.
  const IDLE = new Set(("a about an and are as at be by can do does for from has have how i in into is it its me my " +
    "of on or our so than that the their them then there these this to us was we what when where which why will with " +
    "you your").split(" "));
  // What a word counts, by where it stands. `telling` is a heading that is not on many pages, `also` what the glossary
  // says of a page that it leads to.
  const BOOST = { title: 4, telling: 4, names: 3, also: 4, text: 1 };
  const OFTEN = 3; // so many pages with the same heading, and it tells none of them from the others
  const UNSURE = 0.75; // what a hit counts that has another word for the same thing
  const ALONE = 0.6; // what a section counts on a page that has nothing else of what is looked for
  // What a page counts: one of the book more than one where much is named in passing. The first that fits.
  const WEIGHTS = [
    ["book/reference/api", 0.2], ["book/reference/ledger", 0.4], ["book/reference/answer-tests", 0.4],
    ["book/reference/errata", 0.4], ["book/reference/glossary", 0.6], ["book/reference/bibliography", 0.4],
    ["book/reference/numerical-range", 1], ["book/reference/", 0.75], ["book/index", 0.5], ["", 1],
  ];
  const AN_EXERCISE = 0.4; // of its page
  const LED = 0.5; // what a word of the glossary counts that leads to a page; that page comes first
  const SHOWN = 20; // hits
  const A_PAGE = 3; // hits on the same page

  // "Cross-entropy" is two words and, for "crossentropy", one; softmax_vjp is itself, too.
  function words(text) {
    const found = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
      .match(/[\p{L}\p{N}]+(?:[-–_.’'][\p{L}\p{N}]+)*/gu) ?? [];
    return found.flatMap((word) => {
      const parts = word.replace(/[’']s$/, "").split(/[-–_.’']/);
      return parts.length === 1 ? parts : [...parts, /[_.]/.test(word) ? word : parts.join("")];
    });
  }

  const stemmed = new Map();
  function stem(word) {
    if (!stemmed.has(word)) stemmed.set(word, IDLE.has(word) ? null : /^[a-z]+$/.test(word) ? stemmer(word) : word);
    return stemmed.get(word);
  }
  const stems = (text) => words(text).map(stem).filter(Boolean);
  const asOne = (text) => stems(text).join(" ");
  const plain = (text) => text.toLowerCase().replace(/[-–\s]+/g, " ").trim();

  // The sections as MiniSearch takes them, and what the glossary calls by more than one name.
  function read({ pages }) {
    const sections = [], places = new Map(), synonyms = [], numbers = [];
    const often = new Map(); // on how many pages a heading stands: "In code" tells no page from another
    for (const page of Object.values(pages))
      for (const heading of new Set(page.sections.map((section) => section.heading)))
        often.set(heading, (often.get(heading) ?? 0) + 1);
    for (const [name, page] of Object.entries(pages)) {
      const [, weight] = WEIGHTS.find(([start]) => name.startsWith(start));
      page.sections.forEach((section, position) => {
        const anchor = section.ids[0];
        const address = `${name}.html${anchor && `#${anchor}`}`;
        const entry = {
          id: sections.length, page: name, address, isPage: !position,
          weight: weight * (section.leads?.length ? LED : 1) * (section.exercise ? AN_EXERCISE : 1),
          title: page.title, heading: section.heading,
          telling: often.get(section.heading) < OFTEN ? section.heading : "",
          names: section.names.join("\n"), also: "", text: section.text,
        };
        sections.push(entry);
        // What is written in code by its name alone: "softmax_vjp".
        if (section.heading === anchor && /[._]/.test(anchor))
          numbers.push({ ...entry, number: anchor, label: anchor.split(".").at(-1).toLowerCase(), isCode: true });
        for (const id of section.ids) places.set(`${name}.html${id && `#${id}`}`, entry);
      });
      for (const [anchor, number, label, called] of page.numbers)
        numbers.push({ page: name, title: page.title, heading: called ? `${number} (${called})` : number, number, label,
          address: `${name}.html#${anchor}`, text: "" });
    }
    for (const [name, page] of Object.entries(pages))
      for (const { ids, leads, heading, names } of page.sections.filter((section) => section.leads)) {
        const own = places.get(`${name}.html#${ids[0]}`);
        own.places = [];
        own.called = [heading, ...names].map(asOne);
        if (names.length) synonyms.push([heading, ...names].map(plain));
        for (const lead of leads) {
          const there = new URL(lead, `file:///${name}.html`);
          const entry = places.get(decodeURI(there.pathname.slice(1) + there.hash));
          if (entry) entry.also += `${[heading, ...names].join("\n")}\n`;
          if (entry) own.places.push(entry);
        }
      }
    return { sections, synonyms, numbers };
  }

  // The pages as wholes: a reader asks for several words, and means a page on which all of them are at home.
  function pagesOf(sections) {
    const found = new Map();
    for (const { page, title, weight, ...fields } of sections) {
      if (!found.has(page)) found.set(page, { id: page, title, weight, telling: "", names: "", also: "", text: "" });
      for (const field of ["telling", "names", "also", "text"]) found.get(page)[field] += `${fields[field]}\n`;
    }
    return [...found.values()];
  }

  function open(index) {
    const { sections, synonyms, numbers } = read(index);
    const known = new Set();
    function engineOf(documents) {
      const engine = new MiniSearch({
        fields: Object.keys(BOOST),
        storeFields: [],
        tokenize: words,
        processTerm: (word) => {
          const term = stem(word);
          if (term) known.add(term);
          return term;
        },
      });
      engine.addAll(documents);
      return engine;
    }
    const pages = pagesOf(sections);
    const weights = new Map(pages.map((page) => [page.id, page.weight]));
    const ofSections = engineOf(sections), ofPages = engineOf(pages);

    // A word that the book does not know may be misspelled; a longer one may begin like it.
    const options = {
      boost: BOOST,
      bm25: { k: 1.2, b: 0.5, d: 0.5 }, // long sections are punished less than by default
      processTerm: stem,
      prefix: (term) => term.length >= 4,
      fuzzy: (term) => (known.has(term) || term.length < 4 ? false : 0.25),
      weights: { prefix: 0.3, fuzzy: 0.4 },
    };

    // What was typed, and the same with another name for what the glossary has names for.
    function variants(query) {
      const typed = ` ${plain(query)} `, found = [typed];
      for (const names of synonyms)
        for (const name of names)
          if (typed.includes(` ${name} `))
            for (const other of names) if (other !== name) found.push(typed.replace(` ${name} `, ` ${other} `));
      return [...new Set(found)].map((text) => text.trim());
    }

    function hits(engine, query, weights) {
      const asked = new Set(stems(query)).size;
      return engine.search(query, options).map((hit) => {
        const share = new Set(hit.queryTerms).size / asked;
        return { ...hit, score: hit.score * share * weights(hit.id) };
      });
    }

    function scored(query) {
      const asked = new Set(stems(query));
      const page = new Map(hits(ofPages, query, (id) => weights.get(id)).map(({ id, score }) => [id, score]));
      const most = Math.max(...page.values(), 1e-9);
      return hits(ofSections, query, (id) => sections[id].weight).map(({ id, score, terms, match }) => {
        const entry = sections[id];
        const inTitle = Object.values(match).filter((fields) => fields.includes("title")).length;
        // A page that is called so comes before its sections.
        const called = entry.isPage && inTitle >= asked.size ? 2 : 1;
        return { entry, terms, score: score * called * (ALONE + page.get(entry.page) / most) };
      });
    }

    // "(4.3)", "Theorem 4.1" and "eq-dense-backward-weights" lead to what is called so.
    function numbered(query) {
      const bare = (text) => plain(text).replace(/[()]/g, "");
      const asked = bare(query).replace(/^eq\.? (?=\d)/, "equation ").replace(/^fig\.? (?=\d)/, "figure ");
      const label = query.trim().toLowerCase();
      const isNumber = /^\d+\.\d+$/.test(asked), isCode = /[._]/.test(label);
      return numbers.filter((each) => bare(each.number) === asked ||
        (isNumber && bare(each.number).endsWith(` ${asked}`)) || (each.label === label && (isCode || !each.isCode)));
    }

    // What is found, best first: {page, title, heading, address, terms, text}.
    return function search(query) {
      const exact = numbered(query).map((each) => ({ ...each, terms: [] }));
      if (!stems(query).length || (exact.length && !exact.some((each) => each.isCode))) return exact;
      const best = new Map();
      variants(query).forEach((variant, position) => {
        for (const hit of scored(variant)) {
          const score = hit.score * (position ? UNSURE : 1), before = best.get(hit.entry) ?? { score: 0, terms: [] };
          best.set(hit.entry, { score: Math.max(score, before.score), terms: [...before.terms, ...hit.terms] });
        }
      });
      for (const each of exact) best.delete(sections[each.id]);
      // What the glossary explains in one sentence is explained where it leads, so that place comes before it; and before
      // all others if nothing else was typed than what the glossary calls it.
      const highest = Math.max(...[...best.values()].map((hit) => hit.score));
      for (const [entry, hit] of best) {
        const there = (entry.places ?? []).map((place) => best.get(place)).filter(Boolean);
        if (!there.length) continue;
        const most = Math.max(...there.map((place) => place.score));
        const least = entry.called.includes(asOne(query)) ? highest : hit.score;
        if (most < least) there.find((place) => place.score === most).score = least * 1.001;
      }
      const counted = new Map();
      const ranked = [...best].sort(([, one], [, two]) => two.score - one.score).filter(([{ page }]) => {
        counted.set(page, (counted.get(page) ?? 0) + 1);
        return counted.get(page) <= A_PAGE;
      });
      return [...exact, ...ranked.map(([entry, { terms }]) => ({ ...entry, terms }))].slice(0, SHOWN);
    };
  }

  return Object.assign(open, { stems });
})();

if (typeof document !== "undefined")
  document.addEventListener("DOMContentLoaded", () => {
    const LONGEST = 240; // characters of a snippet
    const HOLE = "…"; // where a formula was
    const field = document.querySelector(".bd-search-container input[name=q]");
    const status = document.querySelector("#search-status");
    const list = document.querySelector("#search-results");
    const query = (new URLSearchParams(location.search).get("q") ?? "").trim();

    // The sentence that says most of what was looked for, and has the fewest formulas left out.
    function snippet(text, terms) {
      const marks = new Set(terms);
      const worth = (sentence) => {
        const found = new Set(bookSearch.stems(sentence).filter((term) => marks.has(term))).size;
        return found - 0.3 * (sentence.split(HOLE).length - 1) - (sentence.length < 30 ? 0.2 : 0);
      };
      const paragraphs = text.split("\n").map((line) => line.split(/(?<=[.?!]) +(?=\p{Lu})/u));
      const sentences = paragraphs.flat(), lines = paragraphs.flatMap((line, number) => line.map(() => number));
      let best = 0;
      sentences.forEach((sentence, position) => {
        if (worth(sentence) > worth(sentences[best])) best = position;
      });
      let shown = sentences[best] ?? "";
      for (let next = best + 1; lines[next] === lines[best] && !sentences[next].includes(HOLE) &&
        shown.length + sentences[next].length < LONGEST; next++) shown += ` ${sentences[next]}`;
      shown = shown.replace(/:$/, ` ${HOLE}`).replace(/…\.$/, HOLE); // a formula follows, or ends the sentence
      if (shown.length > LONGEST) {
        const first = shown.split(/\b/).findIndex((word) => bookSearch.stems(word).some((term) => marks.has(term)));
        const before = shown.split(/\b/).slice(0, Math.max(first, 0)).join("").length;
        const start = Math.max(0, Math.min(before - LONGEST / 3, shown.length - LONGEST));
        shown = (start ? `${HOLE} ` : "") + shown.slice(start).replace(start ? /^\S*\s/ : /^/, "").slice(0, LONGEST)
          .replace(/\s\S*$/, "") + ` ${HOLE}`;
      }
      const line = Object.assign(document.createElement("p"), { className: "search-snippet" });
      for (const word of shown.split(/([\p{L}\p{N}_]+)/u)) {
        const isFound = bookSearch.stems(word).some((term) => marks.has(term));
        line.append(isFound ? Object.assign(document.createElement("mark"), { textContent: word }) : word);
      }
      return line;
    }

    function show(hit) {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: hit.address });
      link.textContent = hit.heading ? `${hit.title} › ${hit.heading}` : hit.title;
      item.append(link);
      if (hit.text) item.append(snippet(hit.text, hit.terms));
      list.append(item);
    }

    field.focus();
    if (!query) {
      status.textContent = "Type what you look for: words, a number such as (4.3), or a name such as softmax_vjp.";
      return;
    }
    field.value = query;
    field.select();
    document.title = `${query} – ${document.title}`;
    const hits = bookSearch(SEARCH_INDEX)(query);
    hits.forEach(show);
    document.querySelector("#search-ways").hidden = hits.length > 0;
    status.textContent = !hits.length ? `Nothing was found for “${query}”.` :
      `${hits.length === 1 ? "One place" : `${hits.length} places`} for “${query}”, the likeliest first.`;

    // Arrows lead from the field to what was found, and back.
    document.querySelector(".bd-search-container").addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [field, ...list.querySelectorAll("a")];
      const here = stops.indexOf(document.activeElement);
      const next = step && here >= 0 && stops[here + step];
      if (!next || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      next.focus();
    });
  });
