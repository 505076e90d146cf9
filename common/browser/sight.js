// How the in-page agent sees a document: it finds what a locator means by what a person sees, and reads tables, terms and
// controls.
(document) => {
  // --- what a person sees -------------------------------------------------------------------------------------
  const normal = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const loose = (text) => normal(text).replace(/[\s:*]+$/, "");
  const RANKS = [
    (a, b) => a === b,
    (a, b) => loose(a) === loose(b),
    (a, b) => loose(a).toLowerCase() === loose(b).toLowerCase(),
  ];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (el) =>
    el.isConnected && el.getClientRects().length > 0 && el.checkVisibility({ visibilityProperty: true });
  const isChoice = (el) => el.type === "radio" || el.type === "checkbox";
  // What can be chosen in a list is there with it, whether the list is open or not.
  const usable = (el) =>
    shown(el) ||
    el.type === "file" ||
    (isChoice(el) && [...(el.labels ?? [])].some(shown)) ||
    (el.tagName === "OPTION" && shown(el.closest("select") ?? el));
  const referenced = (el, attribute) =>
    normal(
      (el.getAttribute(attribute) ?? "")
        .split(/\s+/)
        .filter(Boolean)
        .map((id) => document.getElementById(id)?.textContent)
        .join(" "),
    );
  const SILENT = new Set(["SELECT", "TEXTAREA", "SCRIPT", "STYLE", "TEMPLATE", "OPTION", "BUTTON", "NOSCRIPT"]);
  const ownText = (el) => {
    let text = "";
    for (const node of el.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE && !SILENT.has(node.tagName)) text += ownText(node);
    }
    return text;
  };
  // The best rank that anything visible reaches decides; below it nothing is considered.
  const best = (candidates, value, visible = shown) => {
    for (const same of RANKS) {
      const hits = candidates.filter(([el, name]) => name && same(normal(name), value) && visible(el));
      if (hits.length) return [...new Set(hits.map(([el]) => el))];
    }
    return [];
  };

  const CONTROLS =
    "input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),select,textarea," +
    "[contenteditable=''],[contenteditable=true],[role=textbox],[role=checkbox],[role=switch],[role=radiogroup]";
  const GROUPS = "fieldset,[role=radiogroup],[role=group]";
  const choices = (group) => all("input[type=radio],input[type=checkbox]", group);
  const byLabel = (value) => {
    const named = [];
    for (const el of all("label")) if (el.control) named.push([el.control, ownText(el)]);
    for (const el of all(`:is(${CONTROLS})[aria-label]`)) named.push([el, el.getAttribute("aria-label")]);
    for (const el of all(`:is(${CONTROLS})[aria-labelledby]`)) named.push([el, referenced(el, "aria-labelledby")]);
    for (const group of all(GROUPS)) {
      if (!choices(group).length) continue;
      const legend = group.querySelector(":scope > legend");
      named.push([
        group,
        legend?.textContent ?? group.getAttribute("aria-label") ?? referenced(group, "aria-labelledby"),
      ]);
    }
    const hits = best(named, value, (el) => el.matches(GROUPS) || usable(el));
    if (hits.length) return hits;
    const unlabelled = [];
    for (const el of all(CONTROLS)) unlabelled.push([el, el.placeholder], [el, el.title]);
    for (const cell of all("td,th,dt")) {
      const inside = cell.nextElementSibling ? all(CONTROLS, cell.nextElementSibling) : [];
      if (inside.length === 1) unlabelled.push([inside[0], cell.textContent]);
    }
    return best(unlabelled, value, usable);
  };
  const BUTTONS =
    "button,input[type=submit],input[type=button],input[type=reset],input[type=image],[role=button],summary";
  const buttonNames = (el) => [
    el.value && el.tagName === "INPUT" ? el.value : el.textContent,
    el.getAttribute("aria-label"),
    el.alt,
    el.title,
  ];
  const tableNames = (el) => {
    const caption = el.querySelector("caption")?.textContent;
    const names = [caption, el.getAttribute("aria-label"), referenced(el, "aria-labelledby")]
      .map(normal)
      .filter(Boolean);
    if (names.length) return names;
    const above = all("h1,h2,h3,h4,h5,h6,[role=heading]").filter(
      (h) => h.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING && !el.contains(h),
    );
    return above.length ? [normal(above.at(-1).textContent)] : [];
  };
  const TABLES = "table,[role=table],[role=grid]";
  const byText = (value, root = document.body) => {
    if (!root) return null;
    for (const contains of [(t) => t.includes(value), (t) => t.toLowerCase().includes(value.toLowerCase())]) {
      const deepest = (el) => {
        if (SILENT.has(el.tagName) && el.tagName !== "BUTTON") return null;
        if (!contains(normal(el.textContent))) return null;
        for (const child of el.children) {
          const hit = deepest(child);
          if (hit) return hit;
        }
        return shown(el) && contains(normal(el.innerText)) ? el : null;
      };
      const hit = deepest(root);
      if (hit) return hit;
    }
    return null;
  };
  const find = ({ by, value }, root = document) => {
    const named = (selector, names) =>
      best(
        all(selector, root).flatMap((el) => names(el).map((name) => [el, name])),
        value,
      );
    switch (by) {
      case "label":
        return byLabel(value).filter((el) => root.contains(el));
      case "button":
        return named(BUTTONS, buttonNames);
      case "link":
        return named("a[href],[role=link]", (el) => [el.textContent, el.getAttribute("aria-label"), el.title]);
      case "heading":
        return named("h1,h2,h3,h4,h5,h6,[role=heading]", (el) => [el.textContent]);
      case "table":
        return named(TABLES, tableNames);
      case "terms":
        return all("dl", root).filter(shown);
      case "text":
        return [byText(value, root === document ? document.body : root)].filter(Boolean);
      default:
        return all(value, root).filter(usable);
    }
  };

  // --- what an act has to choose from -----------------------------------------------------------------------------
  // A choice may be called like a field ("Telefon" of the ways to be reached): what is typed belongs in the field.
  const findControl = (at, typed) => {
    const hits = find(at);
    const fields = hits.filter((el) => !isChoice(el));
    return typed && fields.length ? fields : hits;
  };
  // Buttons of one form that are called alike do the same.
  const isOne = (hits) =>
    hits.length === 1 || (hits.length > 1 && !!hits[0].form && hits.every((el) => el.form === hits[0].form));
  const findForAct = ({ at, typed }) => {
    const hits = findControl(at, typed);
    return at.by === "button" && isOne(hits) ? hits.slice(0, 1) : hits;
  };

  // --- controls -------------------------------------------------------------------------------------------------
  const optionName = (el) =>
    normal([...(el.labels ?? [])].map(ownText).join(" ") || el.getAttribute("aria-label") || el.value);
  const isEditable = (el) => el.isContentEditable;
  const groupOf = (el) => (el.matches(GROUPS) ? choices(el) : null);

  // --- reading ----------------------------------------------------------------------------------------------------
  // A picture without a word is called as its file, as screen readers do; an empty text says that it is mere decoration.
  const pictureName = (el) => {
    if (el.getAttribute("alt") === "") return normal(el.title);
    return normal(el.alt) || normal(el.title) || el.src.split(/[?#]/)[0].split("/").at(-1).replace(/\.[^.]*$/, "");
  };
  const cellText = (el) => {
    const inside = el.children.length ? el.querySelector("input,select,textarea") : null;
    if (inside) return controlText(inside);
    const text = normal(el.children.length ? el.innerText : el.textContent);
    const pictures = text || !el.children.length ? [] : all("img", el).filter(shown);
    return pictures.length === 1 ? pictureName(pictures[0]) : text;
  };
  const controlText = (el) => {
    const group = groupOf(el);
    if (group)
      return group
        .filter((o) => o.checked)
        .map(optionName)
        .join(", ");
    if (isChoice(el)) return String(el.checked);
    if (el.tagName === "SELECT") return [...el.selectedOptions].map((o) => normal(o.text)).join(", ");
    return el.value ?? normal(el.innerText);
  };
  const CELLS = "td,th,[role=cell],[role=gridcell],[role=rowheader]";
  const rowsOf = (el) => {
    const own = (selector) => all(selector, el).filter((row) => row.closest(TABLES) === el && shown(row));
    const rows = own("tr,[role=row]").map((row) => ({
      row,
      cells: [...row.children].filter((c) => c.matches(`${CELLS},[role=columnheader]`)),
    }));
    const isHead = ({ row, cells }) =>
      row.closest("thead") || (cells.length > 0 && cells.every((c) => c.matches("th,[role=columnheader]")));
    const heads = rows.filter(isHead);
    const wide = (cells) => cells.flatMap((c) => [cellText(c), ...Array((c.colSpan || 1) - 1).fill("")]);
    return {
      headers: heads.length ? wide(heads.at(-1).cells) : [],
      rows: rows.filter((r) => !isHead(r) && !r.row.closest("tfoot")),
      wide,
    };
  };
  const tableData = (el, limit) => {
    const { headers, rows, wide } = rowsOf(el);
    return {
      names: tableNames(el),
      headers,
      rows: rows.slice(0, limit).map(({ cells }) => wide(cells)),
      cut: rows.length > limit,
    };
  };
  const termsData = (lists) => {
    const pairs = {};
    for (const list of lists)
      for (const dt of all("dt", list)) {
        const texts = [];
        for (let next = dt.nextElementSibling; next && next.tagName === "DD"; next = next.nextElementSibling)
          texts.push(cellText(next));
        pairs[loose(dt.textContent)] = texts.join(", ");
      }
    return pairs;
  };
  const textOf = (el) => (el.matches(`${CONTROLS},${GROUPS}`) ? controlText(el) : normal(el.innerText));
  const reading = (at, limit = Infinity) => {
    const found = find(at);
    const [el] = found;
    if (at.by === "terms") return { shown: !!el, terms: termsData(find(at)) };
    if (!el) return { shown: false };
    if (at.by === "table") return { shown: true, table: tableData(el, limit) };
    return { shown: true, text: textOf(el), ...(found.length > 1 ? { texts: found.map(textOf) } : {}) };
  };
  return {
    normal,
    best,
    all,
    shown,
    find,
    findControl,
    findForAct,
    isOne,
    isChoice,
    isEditable,
    choices,
    optionName,
    groupOf,
    GROUPS,
    TABLES,
    rowsOf,
    tableData,
    termsData,
    reading,
  };
};
