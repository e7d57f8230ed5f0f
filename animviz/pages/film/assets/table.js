// The numbers of the chapters as a table; the row of the chapter that is shown is marked.
function cell(kind, text, row, scope) {
  const made = document.createElement(kind);
  made.textContent = text;
  if (scope) made.scope = scope;
  row.append(made);
}

class Numbers {
  constructor({ chapters, numbers }) {
    const table = element("numbers").firstElementChild, names = Object.keys(numbers);
    element("numbers").hidden = !names.length;
    for (const name of ["chapter", "epoch", ...names]) cell("th", name.replaceAll("_", " "), table.tHead.rows[0], "col");
    this.rows = chapters.map((chapter, number) => {
      const row = table.tBodies[0].insertRow();
      cell("th", chapter.name, row, "row");
      cell("td", String(Number(chapter.epoch.toFixed(2))), row);
      for (const name of names) cell("td", written(numbers[name][number]), row);
      return row;
    });
  }

  show(current) {
    this.rows.forEach((row, number) => {
      if (number === current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  }
}

// A number with four digits that count, and a true minus.
function written(value) {
  return value === null ? "–" : String(Number(value.toPrecision(4))).replace(/-/g, "−");
}
