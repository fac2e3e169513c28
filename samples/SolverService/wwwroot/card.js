import { describeStop } from "./rules.js";

/** Shows the facts of the configuration, and the card of the model if it has one. */
export function showCard(page, model) {
  const { halting } = model;
  const cycles = `${model.highCycles} × ${model.lowCycles} cycles per segment`;
  const facts = {
    Name: model.name,
    Task: `${model.kind === "maze" ? "mazes" : "Sudokus"} of ${model.side}×${model.side}`,
    Parameters: model.parameters.toLocaleString("en"),
    "Computes in": model.dtype,
    Architecture: `width ${model.hiddenSize}, blocks: ${model.highLayers} high and ${model.lowLayers} low, ${cycles}`,
    "Stops after": `${halting.maxSegments} segments at most`,
    ...(halting.timeLimit !== null && { "or after the time": halting.timeLimit }),
    "Stops by the rule": halting.stops.map(describeStop).join(", or "),
  };
  page.model.textContent = `A model of ${facts.Parameters} parameters, for ${facts.Task}.`;
  page.facts.append(...Object.entries(facts).flatMap(([name, value]) => [create("dt", name), create("dd", `${value}`)]));
  page.text.append(renderMarkdown(model.card ?? ""));
}

/** Renders a part of Markdown as elements. Everything else, HTML included, is shown as the text that it is; links are not followed. */
function renderMarkdown(text) {
  const lines = text.split(/\r?\n/);
  const fragment = document.createDocumentFragment();
  while (lines.length > 0) {
    const line = lines[0];
    if (line.startsWith("```")) {
      fragment.append(fence(lines));
    } else if (/^#{1,6} /.test(line)) {
      fragment.append(heading(lines.shift()));
    } else if (line.startsWith("|")) {
      fragment.append(table(take(lines, next => next.startsWith("|"))));
    } else if (isItem(line)) {
      fragment.append(list(take(lines, next => next.trim() !== "")));
    } else if (line.trim() === "") {
      lines.shift();
    } else {
      fragment.append(create("p", take(lines, next => next.trim() !== "" && !/^(#|\||```)/.test(next)).join(" ")));
    }
  }

  return fragment;
}

const isItem = line => /^[-*] /.test(line);

/** Removes the first line, and those that follow while a condition holds. */
function take(lines, holds) {
  const end = lines.findIndex((line, index) => index > 0 && !holds(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function fence(lines) {
  const [, ...content] = take(lines, line => !line.startsWith("```"));
  lines.shift();
  const pre = document.createElement("pre");
  pre.textContent = content.join("\n");
  return scrollable(pre, "Preformatted text");
}

/** One or two levels below those of the page. */
function heading(line) {
  const level = line.indexOf(" ");
  return create(`h${Math.min(level + 2, 6)}`, line.slice(level + 1));
}

function list(lines) {
  const items = [];
  for (const line of lines) {
    if (isItem(line)) {
      items.push(line.slice(2));
    } else {
      items.push(`${items.pop()} ${line.trim()}`);
    }
  }

  const element = document.createElement("ul");
  element.append(...items.map(item => create("li", item)));
  return element;
}

function table(lines) {
  const rows = lines.map(line => line.trim().replace(/^\||\|$/g, "").split("|").map(cell => cell.trim()));
  const hasHeader = rows.length > 1 && rows[1].every(cell => /^:?-+:?$/.test(cell));
  const element = document.createElement("table");
  rows.forEach((row, index) => {
    const isHeader = hasHeader && index === 0;
    if ((hasHeader && index === 1) || (isHeader && row.every(cell => cell === ""))) {
      return;
    }

    const line = element.insertRow();
    line.append(...row.map(cell => create(isHeader ? "th" : "td", cell)));
  });
  return scrollable(element, "Table");
}

/** An element with the text's code, bold text and links' names. */
function create(name, text) {
  const element = document.createElement(name);
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^[\]]*\]\([^()]*\))/); // text and marked text in turn
  element.append(...parts.map((part, index) => index % 2 === 0 ? part : marked(part)));
  return element;
}

function marked(part) {
  if (part.startsWith("[")) {
    return part.slice(1, part.indexOf("]("));
  }

  const isCode = part.startsWith("`");
  const element = document.createElement(isCode ? "code" : "strong");
  element.textContent = isCode ? part.slice(1, -1) : part.slice(2, -2);
  return element;
}

/** A box that scrolls on its own, also by the keyboard. */
function scrollable(content, label) {
  const box = document.createElement("div");
  box.className = "scroll";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  box.append(content);
  return box;
}
