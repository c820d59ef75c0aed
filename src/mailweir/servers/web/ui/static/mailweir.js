// Makes pages live that work without it: rows that come by themselves, keys, and buttons that copy.
"use strict";

const main = document.getElementById("main");
const news = document.getElementById("news");

function rowLinks() {
  return [...document.querySelectorAll(".rows .row")];
}

// --- rows that come by themselves -----------------------------------------------------------------

let drawing = false;
let again = false;

async function draw() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The server is away; the next event says when it is back.
  }
  drawing = false;
  if (again) {
    again = false;
    draw();
  }
}

function put(page) {
  const fresh = page.getElementById("rows");
  const old = document.getElementById("rows");
  if (!fresh || !old || fresh.innerHTML === old.innerHTML) {
    return;
  }
  const known = new Set(rowLinks().map((row) => row.pathname));
  const focused = document.activeElement?.closest?.(".row")?.pathname;
  old.replaceWith(document.adoptNode(fresh));
  addCopyButtons();
  const rows = rowLinks();
  rows.find((row) => row.pathname === focused)?.focus();
  const count = rows.filter((row) => !known.has(row.pathname)).length;
  if (count) {
    news.textContent = count === 1 ? "1 new message" : `${count} new messages`;
  }
}

if (main?.dataset.changes && document.getElementById("rows")) {
  let first = true;
  const changes = new EventSource(main.dataset.changes);
  changes.onmessage = () => {
    if (!first || changes.lost) {
      draw();
    }
    first = false;
    changes.lost = false;
  };
  changes.onerror = () => {
    changes.lost = true;
  };
  addEventListener("pagehide", () => changes.close());
}

// --- keys -----------------------------------------------------------------------------------------

function step(by) {
  const rows = rowLinks();
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next]?.focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  u: () => document.querySelector("[data-up]")?.click(),
  "/": () => (document.getElementById("query") ?? document.getElementById("address"))?.focus(),
};

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape" && typing) {
    typing.blur();
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

// --- buttons that copy ----------------------------------------------------------------------------

function addCopyButtons() {
  for (const text of document.querySelectorAll("[data-copy]:not([data-copied])")) {
    text.dataset.copied = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
      news.textContent = button.textContent;
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    text.after(button);
  }
}

addCopyButtons();
