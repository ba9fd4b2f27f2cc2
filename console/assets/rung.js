// Comfort for pages that work without it: the board stays live, time counts down, keys move, moments are told in the viewer's zone.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const POLL = 2000, SLOW = 15000, HOLD_POINTER = 8000, HOLD_FOCUS = 20000;

// ---- Time. The server's clock counts, and it may run faster than ours (a demo does): every answer tells it.
const board = $("#board");
const clock = { at: performance.now(), ms: Number(document.body.dataset.now), rate: 1 };
const now = () => clock.ms + (performance.now() - clock.at) * clock.rate;

function heard(ms) {
  const at = performance.now(), passed = at - clock.at;
  if (passed > 500) {
    const rate = (ms - clock.ms) / passed;
    clock.rate = rate > 1.5 && rate < 5000 ? rate : 1;
    clock.ms = ms; clock.at = at;
  }
}

const UNITS = [["d", "day", 86400], ["h", "hour", 3600], ["min", "minute", 60], ["s", "second", 1]];

function parts(seconds) {
  let rest = Math.floor(Math.abs(seconds));
  const counts = UNITS.map(([short, long, size]) => { const n = Math.floor(rest / size); rest -= n * size; return [n, short, long]; });
  const first = counts.findIndex(([n]) => n);
  return first < 0 ? [] : counts.slice(first, first + 2).filter(([n]) => n);
}
const duration = (seconds) => parts(seconds).map(([n, short]) => `${n} ${short}`).join(" ") || "0 s";
function ago(seconds) {
  if (Math.abs(seconds) < 5) return "just now";
  const [[n, , long]] = parts(seconds), said = `${n} ${long}${n === 1 ? "" : "s"}`;
  return seconds > 0 ? `${said} ago` : `in ${said}`;
}

const exactly = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });

const tersely = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

function say(element, text) { if (element.textContent !== text) element.textContent = text; }

function tick() {
  const ms = now();
  for (const time of $$("time[data-due]")) {
    const left = (Date.parse(time.dateTime) - ms) / 1000;
    say(time, `${duration(left)} ${left > 0 ? "left" : "over"}`);
    if (left <= 0) time.closest(".row, .ticket-head, .card")?.classList.add("loud");
  }
  for (const time of $$("time[data-ago]")) say(time, ago((ms - Date.parse(time.dateTime)) / 1000));
}

function localize(within = document) {
  for (const time of $$("time", within)) {
    time.title = exactly.format(new Date(time.dateTime));
    if ("clock" in time.dataset) say(time, shortly.format(new Date(time.dateTime)));
    if (time.dataset.exact === "full") say(time, time.title);
    if (time.dataset.exact === "short") say(time, tersely.format(new Date(time.dateTime)));
  }
}

// ---- A tap on a time tells the exact moment, where there is no pointer to hover with.
const toast = $("#toast");
let toastTimer;
function tell(text) {
  toast.textContent = text; toast.hidden = false;
  clearTimeout(toastTimer); toastTimer = setTimeout(() => { toast.hidden = true; }, 4000);
}
document.addEventListener("click", (event) => {
  const time = event.target.closest?.("time");
  if (time && !time.closest("a")) tell(time.title);
});

// ---- Who sits here: remembered, and said on every button.
function named() {
  const select = $("#who");
  if (!select) return;
  const as = select.value ? ` as ${select.selectedOptions[0].text}` : "";
  for (const button of $$("[data-ack]")) {
    const title = button.closest(".row")?.querySelector(".what a")?.textContent ?? "";
    button.title = `Acknowledge${as}: stops the response clock`;
    button.setAttribute("aria-label", `${button.title} of ${title}`);
  }
  for (const button of $$("[data-ack-long]")) button.textContent = `Acknowledge${as}: stops the response clock`;
}
document.addEventListener("change", (event) => {
  if (event.target.id !== "who") return;
  document.cookie = `rung_who=${encodeURIComponent(event.target.value)}; path=/; max-age=31536000; samesite=strict`;
  named();
});

// ---- A form that was just sent is not sent again by a second tap.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 3000);
});

// ---- The filter works on what is shown; without script it asks the server.
function filter() {
  const input = $("#filter");
  if (!input) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of $$("#rows > .row")) {
    row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    shown += row.hidden ? 0 : 1;
  }
  const none = $("#no-match");
  if (none) none.hidden = shown > 0 || !$("#rows > .row");
}
document.addEventListener("input", (event) => {
  if (event.target.id !== "filter") return;
  if (!event.target.value && new URLSearchParams(location.search).has("q")) location.href = "/"; else filter();
});
document.addEventListener("submit", (event) => { if (board && event.target.matches(".filter") && !location.search && !$(".more")) event.preventDefault(); });

// ---- Live. Only rows that changed are replaced; a row under the pointer or the focus stays where it is until it is left.
const article = $("[data-live]"), live = $("#live"), liveText = $("#live-text");
let etag = "", goodSince = Date.now(), held = null, pointerAt = 0, focusAt = 0, timer;

document.addEventListener("pointermove", () => { pointerAt = performance.now(); }, { passive: true });
document.addEventListener("focusin", () => { focusAt = performance.now(); });
document.addEventListener("keydown", () => { focusAt = performance.now(); });

function inHand() {
  const at = performance.now(), rows = $("#rows");
  const pointed = at - pointerAt < HOLD_POINTER && rows.querySelector(".row:hover");
  const focused = at - focusAt < HOLD_FOCUS && document.activeElement?.closest?.("#rows > .row");
  return pointed || focused;
}

function renew(row, fresh) {
  if (row.dataset.v === fresh.dataset.v) return row;
  const focused = row.contains(document.activeElement) ? document.activeElement.tagName : "";
  row.replaceWith(fresh);
  if (focused) $(focused.toLowerCase(), fresh)?.focus({ preventScroll: true });
  return fresh;
}

function arrange(fresh, still) {
  const rows = $("#rows"), incoming = new Map($$(":scope > .row", fresh).map((row) => [row.id, row]));
  const present = new Map($$(":scope > .row", rows).map((row) => [row.id, row]));
  for (const [id, row] of present) {
    if (incoming.has(id)) present.set(id, renew(row, incoming.get(id)));
    else if (still) row.classList.add("gone");
    else { row.remove(); present.delete(id); }
  }
  if (still) return;
  let place = rows.firstElementChild;
  for (const [id, row] of incoming) {
    const mine = present.get(id) ?? row;
    if (mine === place) place = place.nextElementSibling;
    else {
      const focused = mine.contains(document.activeElement) ? document.activeElement : null;
      rows.insertBefore(mine, place);
      focused?.focus({ preventScroll: true });
    }
  }
}

function swap(id, fresh) {
  const old = document.getElementById(id), next = fresh.querySelector(`#${id}`);
  if (old && next && old.innerHTML !== next.innerHTML) old.innerHTML = next.innerHTML;
}

function show(html, still) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  localize(fresh);
  swap("summary", fresh);
  if (!still) swap("below", fresh);
  const token = $("#acknowledge [name=token]"), renewed = fresh.querySelector("#acknowledge [name=token]");
  if (token && renewed) token.value = renewed.value;
  const columns = $(".columns"), wanted = fresh.querySelector(".columns");
  if (wanted && !columns) $("#rows").before(wanted); else if (!wanted && columns && !still) columns.remove();
  arrange(fresh.querySelector("#rows"), still);
  document.title = `${$("#summary h1").textContent} – Rung`;
  named(); filter(); tick();
}

function state(name, text) { live.dataset.state = name; liveText.textContent = text; }

const ask = (address, options) => fetch(address, { cache: "no-store", signal: AbortSignal.timeout(SLOW), ...options });

async function refresh(answer) {
  if (article) {
    // A ticket's page: what changed on the board may have changed it too. A form in use is left alone.
    if (answer.status === 200 && etag && !article.contains(document.activeElement) && !$(".overrule[open]", article)) {
      const page = new DOMParser().parseFromString(await (await ask(location.pathname)).text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh) { localize(fresh); if (fresh.innerHTML !== article.innerHTML) article.innerHTML = fresh.innerHTML; named(); tick(); }
    }
    etag = answer.headers.get("ETag") ?? "";
    return false;
  }
  if (answer.status === 200) { etag = answer.headers.get("ETag") ?? ""; held = await answer.text(); }
  const still = inHand();
  if (held) { show(held, still); if (!still) held = null; }
  return still;
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) { state("paused", "Paused"); return; }
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await ask(`/board${location.search}`, { headers, method: article ? "HEAD" : "GET" });
    if (answer.status === 401) { state("stale", "Signed out: reload to sign in"); return; }
    if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
    heard(Number(answer.headers.get("Rung-Now")));
    const still = await refresh(answer);
    goodSince = Date.now();
    state("live", still && held ? "Live, new order when you leave the row" : "Live");
  } catch {
    const since = new Date(goodSince).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    state("stale", `Stale since ${since}: the server does not answer`);
  }
  timer = setTimeout(poll, POLL);
}

// ---- Keys.
const help = $("#help");
function step(by) {
  const links = $$(".row:not([hidden]) .what a, .line a:first-of-type");
  const at = links.findIndex((link) => link.closest("li").contains(document.activeElement));
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus(); next?.closest("li").scrollIntoView({ block: "nearest" });
}
const keys = {
  j: () => step(1), k: () => step(-1), g: () => { location.href = "/"; }, "?": () => help.showModal(),
  "/": () => { if ($("#filter")) $("#filter").focus(); else location.href = "/"; },
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || help?.open || !keys[event.key]) return;
  event.preventDefault(); keys[event.key]();
});
const opener = $("#help-open");
if (opener) { opener.hidden = false; opener.addEventListener("click", () => help.showModal()); }

// ---- Begin.
const search = new URLSearchParams(location.search);
if (search.has("said")) { search.delete("said"); history.replaceState(null, "", `${location.pathname}${search.size ? `?${search}` : ""}`); }
localize(); named(); tick();
setInterval(() => { if (!document.hidden) tick(); }, 1000);
if (board || article) {
  document.addEventListener("visibilitychange", poll);
  poll();
}
