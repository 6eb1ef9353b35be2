"""Pages in headless Chromium, and what is asked of each."""

from pathlib import Path

AXE = Path(__file__).parents[1] / "reference" / "axe" / "axe.min.js"
LIGHT = {"color_scheme": "light", "viewport": {"width": 1180, "height": 900}}
DARK = {"color_scheme": "dark", "viewport": {"width": 1180, "height": 900}}
NARROW = {"color_scheme": "light", "viewport": {"width": 390, "height": 800}}
# elements that the Tab key reaches, in the order of the page
STOPS = """() => {
    const some = 'a[href], summary, input, [tabindex="0"]';
    const groups = new Set();
    window.stops = [...document.querySelectorAll(some)].filter(e => {
        if (!e.checkVisibility()) return false;
        if (e.type !== 'radio') return true;
        return e.checked;  // one stop for a group
    });
    return window.stops.length;
}"""
# which stop has the focus, and whether a sighted reader can see that it has
FOCUS = """() => {
    const e = document.activeElement;
    const look = n => n && getComputedStyle(n);
    const ring = [look(e), look(e.nextElementSibling)].some(
        s => s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0);
    const box = (e.type === 'radio' ? e.parentElement : e).getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0;
    return [window.stops.indexOf(e), ring && inside];
}"""
FACTS = """() => ({
    ids: [...document.querySelectorAll('[id]')].map(e => e.id),
    links: [...document.querySelectorAll('a[href]')].map(e => e.href),
    numbers: [...document.querySelectorAll('data')].map(
        e => [e.dataset.resultId, e.value, e.textContent]),
    h1: document.querySelectorAll('h1').length,
    current: document.querySelectorAll('[aria-current="page"]').length,
    is_wide: document.documentElement.scrollWidth
        > document.documentElement.clientWidth,
})"""
VIOLATIONS = """async (options) => {
    // rows made by one line of a template: a few of them tell
    const later = 'tbody tr:nth-child(n+6)';
    const repeated = [`.rows ${later}`, `.group ${later}`];
    const where = {include: [['html']], exclude: repeated.map(s => [s])};
    const how = {resultTypes: ['violations'], ...options};
    const found = await axe.run(where, how);
    return found.violations
        .filter(v => ['serious', 'critical'].includes(v.impact))
        .map(v => `${v.id}: ${v.nodes[0].html.slice(0, 120)}`);
}"""


def context(browser, **options):
    """A context without network; a request that leaves is aborted and remembered."""
    made = browser.new_context(offline=True, **options)
    made.set_default_timeout(5000)
    return made


def opened(page, path):
    """Load a page; return what it asked for and what it complained of."""
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    others = [u for u in asked if u != path.as_uri() and not u.startswith("data:")]
    return others, complaints


def serious(page, *rules, is_like_another=False):
    """What axe-core finds that is serious or critical; by all rules if none is named.

    Contrast, which takes longest, is not measured again on a page whose template and
    style another page has.
    """
    # evaluate, not a script tag: the page's own policy forbids scripts
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": list(rules)} if rules else {}
    if is_like_another:
        options["rules"] = {"color-contrast": {"enabled": False}}
    return page.evaluate(VIOLATIONS, options)
