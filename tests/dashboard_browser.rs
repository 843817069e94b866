//! The four questions in a real browser: with scripts and without, on a telephone and on a desk, by day and by night,
//! by keys alone; nothing is said on the console, nothing runs off the side, and everything can be read.

use serde_json::{Value as Json, json};

use crate::dashboard::Day;
use crate::support::browser::{Browser, Window};
use crate::support::{at_rest, until};

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// What is wrong with a page for whoever sees little, or hears it read: text that does not stand out, fields and
/// buttons without a name, pictures without words, headings and landmarks that are not there.
const FAULTS: &str = r"
    const faults = [];
    const parts = color => (color.match(/[\d.]+/g) || []).map(Number);
    const shade = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = node => {
        for (let at = node; at; at = at.parentElement) {
            const [r, g, b, a = 1] = parts(getComputedStyle(at).backgroundColor);
            if (a > 0) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const holder = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !holder.checkVisibility()) continue;
        if (holder.closest('[disabled]')) continue;
        const style = getComputedStyle(holder);
        const below = ground(holder);
        const opacity = Number(style.opacity);
        const ink = parts(style.color).slice(0, 3).map((c, at) => c * opacity + below[at] * (1 - opacity));
        const [one, other] = [shade(ink), shade(below)].sort((a, b) => b - a);
        const ratio = (one + 0.05) / (other + 0.05);
        if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    }
    for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (!field.labels.length && !field.getAttribute('aria-label')) faults.push(`no label: ${field.name}`);
    }
    for (const one of document.querySelectorAll('a, button, summary')) {
        if (!one.textContent.trim() && !one.getAttribute('aria-label')) faults.push(`no name: ${one.outerHTML}`);
    }
    for (const image of document.querySelectorAll('img')) if (!image.hasAttribute('alt')) faults.push('no alt');
    const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
    if (new Set(ids).size < ids.length) faults.push('an id stands twice');
    if (document.querySelectorAll('h1').length !== 1) faults.push('not one heading');
    if (!document.querySelector('main') || !document.documentElement.lang) faults.push('no main, or no language');
    if ([...document.querySelectorAll('[tabindex]')].some(one => one.tabIndex > 0)) faults.push('an order of its own');
    for (const cell of document.querySelectorAll('td')) {
        const said = cell.textContent.trim();
        if (said.length > 12 && cell.getBoundingClientRect().width < 60) faults.push(`squeezed: ${said.slice(0, 40)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) {
        const wide = [...document.querySelectorAll('main *')].find(one => one.getBoundingClientRect().right > innerWidth);
        faults.push(`runs off the side: ${wide?.outerHTML.slice(0, 120)}`);
    }
    return faults";

#[track_caller]
fn is_sound(browser: &Browser, what: &str) {
    assert_eq!(browser.finds(FAULTS), json!([]), "{what}");
    assert_eq!(browser.complaints(), Vec::<Json>::new(), "{what}");
}

/// Healthy? Stuck, and what to do? Why this status? What will a change do?
fn the_four_questions(window: Window) {
    let Some(browser) = Browser::start(window) else { return };
    let day = Day::begin("30s");
    let short = day.short().to_owned();
    browser.opens(&day.service.url);
    browser.reads("1 thing needs a person");
    is_sound(&browser, "now");
    browser.clicks("1 thing needs a person");
    browser.reads("written much like");
    is_sound(&browser, "inbox");
    browser.clicks("This is meant");
    browser.reads("is meant; the record goes on");
    until("the order crossed", || day.trade.orders().len() == 2);
    is_sound(&browser, "inbox, mended");
    browser.writes("text", &short);
    browser.reads("What happened");
    browser.reads("was written");
    assert!(browser.text().contains("\"Accepted\"") && browser.text().contains("rules/tables/order_status.yaml"));
    is_sound(&browser, "record");
    day.own_products();
    until("the rules serve", || day.visitor.sees("/rules").text().contains("Generation 2 serves"));
    until("the service is at rest", || at_rest(&day.service.url));
    browser.clicks("Changes");
    browser.reads("What waits for a yes");
    is_sound(&browser, "changes");
    browser.clicks("Make a plan of everything");
    browser.reads("Nothing is written where world or rules have moved since");
    is_sound(&browser, "plan");
    browser.clicks("Yes: make exactly");
    browser.reads("planned changes were made");
    is_sound(&browser, "plan, carried out");
    for (link, said) in [("Rules", "Who owns what"), ("orders.yaml", "All files"), ("Now", "Where every record stood")]
    {
        browser.clicks(link);
        browser.reads(said);
        is_sound(&browser, link);
    }
    browser.clicks("flourish");
    browser.reads("What the system file assumes");
    is_sound(&browser, "account");
    browser.clicks("Inbox");
    browser.clicks("Held");
    browser.reads("Hold something");
    is_sound(&browser, "held");
}

#[test]
fn the_four_questions_on_a_desk_by_day() {
    the_four_questions(Window { width: 1280, dark: false, scripts: true });
}

#[test]
fn the_four_questions_on_a_telephone_by_night_and_without_scripts() {
    the_four_questions(Window { width: 360, dark: true, scripts: false });
}

#[test]
fn what_happens_shows_on_an_open_page_and_nothing_is_loaded_anew() {
    let Some(browser) = Browser::start(Window { width: 1280, dark: true, scripts: true }) else { return };
    let day = Day::begin("300ms");
    browser.opens(&day.service.url);
    browser.reads("1 thing needs a person");
    browser.finds("window.untouched = true");
    let entry = day.inbox()[0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "target": day.inbox()[0]["candidates"][0]["id"] });
    until("a page hears of it", || {
        day.order(&json!({ "count": 1 }));
        until("it crossed", || at_rest(&day.service.url));
        browser.text().contains("ago") && day.trade.orders().len() > 3
    });
    let matched = format!("{}/api/v1/inbox/{entry}/match", day.service.url);
    crate::support::send(petiole::world::Method::Post, &matched, &body);
    until("the page says so", || !browser.text().contains("1 thing needs a person"));
    assert_eq!(browser.finds("return window.untouched"), json!(true));
    is_sound(&browser, "live");
}

#[test]
fn what_is_stuck_is_mended_by_keys_alone() {
    let Some(browser) = Browser::start(Window { width: 1280, dark: false, scripts: false }) else { return };
    let day = Day::begin("300ms");
    browser.opens(&format!("{}/inbox", day.service.url));
    browser.reads("written much like");
    browser.presses(TAB);
    assert_eq!(browser.finds("return document.activeElement.className"), "skip", "the first is the way past the head");
    let focused = || browser.finds("return document.activeElement.textContent").as_str().unwrap_or_default().to_owned();
    let mut steps = 0;
    while focused() != "This is meant" {
        browser.presses(TAB);
        steps += 1;
        assert!(steps < 60, "no way leads there");
        let shown = browser.finds(
            "const box = document.activeElement.getBoundingClientRect();
             return box.width > 0 && box.top >= 0 && box.bottom <= innerHeight",
        );
        assert_eq!(shown, json!(true), "{:?} has the focus and is not to be seen", focused());
    }
    browser.presses(ENTER);
    browser.reads("is meant; the record goes on");
    until("the order crossed", || day.trade.orders().len() == 2);
}

/// `PETIOLE_PICTURE=FILE cargo test picture_of_the_dashboard`: the picture of the README.
#[test]
fn picture_of_the_dashboard() {
    let Some(file) = std::env::var_os("PETIOLE_PICTURE") else { return };
    let browser = Browser::start(Window { width: 1180, dark: false, scripts: false }).unwrap();
    let day = Day::begin("300ms");
    day.visitor.presses(&day.visitor.sees("/"), "Compare everything now", &[]);
    until("it was compared", || day.visitor.sees("/").text().contains("orders") && at_rest(&day.service.url));
    browser.opens(&day.service.url);
    browser.reads("1 thing needs a person");
    let picture = browser.picture();
    assert!(picture.len() < 200_000, "{} bytes", picture.len());
    std::fs::write(file, picture).unwrap();
}
