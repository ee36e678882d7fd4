// The page works without this: then the first rows and all shops stand below each other. It asks nothing
// of the network, and keeps nothing.
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const language = () => root.lang;

  // Language and appearance

  const speak = (lang) => {
    root.lang = lang;
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    }
    for (const option of document.querySelectorAll("[data-en]")) {
      option.textContent = option.dataset[lang];
    }
  };
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => speak(button.dataset.lang));
  }
  byId("theme").addEventListener("change", (event) => {
    if (event.target.value) root.dataset.theme = event.target.value;
    else delete root.dataset.theme;
  });
  byId("controls").hidden = false;

  // The sheet: all of its rows are here; those of one page are in the table

  const table = byId("shops");
  const body = table.tBodies[0];
  const more = byId("more");
  const every = [...body.rows, ...(more ? more.content.querySelectorAll("tr") : [])];
  const size = Number(root.dataset.pageSize);
  const words = new Map();
  let found = every;
  let page = 0;
  let sorted = null;

  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
    return words.get(row);
  };
  const keyOf = (cell) => {
    const number = cell.querySelector("data");
    if (cell.classList.contains("num")) return number ? Number(number.value) : null;
    const own = cell.querySelector(`[lang="${language()}"]`) ?? cell;
    return own.textContent.trim() || null;
  };
  const order = (rows) => {
    if (!sorted) return rows;
    const collator = new Intl.Collator(language());
    const sign = sorted.descending ? -1 : 1;
    const keyed = rows.map((row) => [keyOf(row.cells[sorted.column]), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" ? a - b : collator.compare(a, b));
    });
    return keyed.map(([, row]) => row);
  };
  const show = () => {
    const pages = Math.max(Math.ceil(found.length / size), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    body.replaceChildren(...found.slice(page * size, (page + 1) * size));
    byId("found").textContent = found.length;
    byId("page").textContent = page + 1;
    byId("pages").textContent = pages;
    byId("earlier").disabled = page === 0;
    byId("later").disabled = page === pages - 1;
    byId("pager").hidden = every.length <= size;
  };
  const filter = () => {
    const asked = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const platform = byId("platform").value;
    const status = byId("status").value;
    const matching = every.filter((row) =>
      (!platform || row.dataset.platform === platform) &&
      (!status || row.dataset.status === status) &&
      asked.every((word) => wordsOf(row).includes(word)));
    found = order(matching);
    page = 0;
    show();
  };
  const sortBy = (column, head) => {
    const again = sorted && sorted.column === column;
    sorted = { column, descending: again ? !sorted.descending : head.classList.contains("num") };
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sorted.descending ? "descending" : "ascending");
    found = order(found);
    page = 0;
    show();
  };

  if (every.length > 1) [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(column, head));
    head.append(button);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["search", "platform", "status"]) byId(id).addEventListener("input", filter);
  byId("earlier").addEventListener("click", () => { page -= 1; show(); });
  byId("later").addEventListener("click", () => { page += 1; show(); });
  byId("filters").hidden = every.length < 2;

  // One shop at a time, where there are several

  const sections = [...document.querySelectorAll(".shop")];
  const turn = (focus) => {
    root.dataset.view = sections.length === 1 ? "all" : "sheet";
    if (sections.length < 2) return;
    const asked = sections.find((section) => `#${section.id}` === location.hash);
    if (asked) root.dataset.view = "shop";
    byId("sheet").hidden = Boolean(asked);
    for (const section of sections) section.hidden = section !== asked;
    if (focus) {
      (asked ?? byId("content")).focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  };
  addEventListener("hashchange", () => turn(true));

  // On paper stand all rows that were found, and all numbers

  let closed = [];
  addEventListener("beforeprint", () => {
    body.replaceChildren(...found);
    closed = [...document.querySelectorAll(".shop details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    show();
  });

  speak(language());
  show();
  turn(false);
})();
