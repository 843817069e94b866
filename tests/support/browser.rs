//! A real browser, told what to do as WebDriver has it: Debian's Chromium and its chromedriver, which speaks JSON.
//!
//! `PETIOLE_TEST_BROWSER=required` makes a machine without them fail the tests, which are skipped there otherwise.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use petiole::world::Method;
use serde_json::{Value as Json, json};

use super::{Folder, http, patience, until};

/// The variable that says that the browser has to be there.
const VARIABLE: &str = "PETIOLE_TEST_BROWSER";

/// What a browser is started with: nothing that reaches outside, and nothing that root may not do.
const SWITCHES: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// How an element is named on the wire.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    _profile: Folder,
}

/// What a window is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) width: u32,
    pub(crate) dark: bool,
    pub(crate) scripts: bool,
}

fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.exists())
}

impl Browser {
    /// A browser; none where there is none on this machine, which is said.
    pub(crate) fn start(window: Window) -> Option<Self> {
        let Some((driver, browser)) = program("chromedriver").zip(program("chromium")) else {
            let missing = "there is no Chromium with chromedriver (Debian: `apt-get install chromium chromium-driver`)";
            let required = std::env::var_os(VARIABLE).is_some_and(|said| said == "required");
            assert!(!required, "{missing}, and {VARIABLE} says that its tests have to run");
            // Said past the harness, which shows nothing of tests that pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: the tests of the pages in a browser; {missing}");
            return None;
        };
        let profile = Folder::new();
        let mut child =
            Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next().expect("chromedriver ended before it listened").unwrap();
            let port = line.split("successfully on port ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned());
            if let Some(port) = port {
                break port.parse().unwrap();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let mut switches: Vec<String> = SWITCHES.iter().map(|switch| (*switch).to_owned()).collect();
        switches.push(format!("--user-data-dir={}", profile.0.display()));
        switches.push(format!("--window-size={},900", window.width));
        let scripts = if window.scripts { 1 } else { 2 };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": browser, "args": switches,
                "prefs": { "profile.managed_default_content_settings.javascript": scripts },
            },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let answer = asked(Method::Post, &base, &wanted).unwrap_or_else(|error| panic!("no browser: {error}"));
        let session = format!("{base}/{}", answer["sessionId"].as_str().unwrap());
        let begun = Self { driver: child, session, _profile: profile };
        let size = json!({ "width": window.width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        begun.devtools("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if window.dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        begun.devtools("Emulation.setEmulatedMedia", &features);
        Some(begun)
    }

    fn ask(&self, method: Method, path: &str, body: &Json) -> Result<Json, String> {
        asked(method, &format!("{}{path}", self.session), body)
    }

    fn told(&self, path: &str, body: &Json) -> Json {
        self.ask(Method::Post, path, body).unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    pub(crate) fn devtools(&self, command: &str, parameters: &Json) -> Json {
        self.told("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    pub(crate) fn opens(&self, url: &str) {
        self.told("/url", &json!({ "url": url }));
    }

    /// The first element that a path of XPath leads to, waited for.
    #[track_caller]
    fn element(&self, path: &str) -> String {
        let mut found = None;
        let begin = std::time::Instant::now();
        while found.is_none() && begin.elapsed() < patience() {
            let answer = self.ask(Method::Post, "/element", &json!({ "using": "xpath", "value": path }));
            found = answer.ok().and_then(|answer| Some(answer.get(ELEMENT)?.as_str()?.to_owned()));
        }
        found.unwrap_or_else(|| panic!("nothing is at {path}: {}", self.text()))
    }

    /// Clicks on what says this: a link, a button, or what opens something.
    #[track_caller]
    pub(crate) fn clicks(&self, said: &str) {
        let path = format!("//*[self::a or self::button or self::summary][contains(normalize-space(.), '{said}')]");
        // A page that was looked at again meanwhile has another element of the same kind.
        until(said, || {
            let element = self.element(&path);
            self.ask(Method::Post, &format!("/element/{element}/click"), &json!({})).is_ok()
        });
    }

    /// Writes into the field of this name, and sends its form.
    #[track_caller]
    pub(crate) fn writes(&self, name: &str, text: &str) {
        let element = self.element(&format!("//input[@name='{name}']"));
        self.told(&format!("/element/{element}/value"), &json!({ "text": format!("{text}\u{e007}") }));
    }

    /// Presses keys, wherever the focus is.
    pub(crate) fn presses(&self, key: char) {
        let steps = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.told("/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": steps }] }));
    }

    /// What a script of ours comes to; it runs beside the page, whatever the page itself may run.
    #[track_caller]
    pub(crate) fn finds(&self, script: &str) -> Json {
        let asked = json!({ "expression": format!("(() => {{ {script} }})()"), "returnByValue": true });
        let answer = self.devtools("Runtime.evaluate", &asked);
        assert!(answer.get("exceptionDetails").is_none(), "{answer:#}");
        answer["result"]["value"].clone()
    }

    /// What is to be read on the page.
    pub(crate) fn text(&self) -> String {
        let body = self.finds("return document.body ? document.body.innerText : ''");
        body.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says this.
    #[track_caller]
    pub(crate) fn reads(&self, said: &str) {
        let begin = std::time::Instant::now();
        while !self.text().contains(said) {
            assert!(begin.elapsed() < patience(), "{said:?} is not said: {}", self.text());
        }
    }

    /// What the console said, errors and warnings.
    pub(crate) fn complaints(&self) -> Vec<Json> {
        let log = self.told("/se/log", &json!({ "type": "browser" }));
        let all = log.as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING").collect()
    }

    /// A picture of the whole page.
    pub(crate) fn picture(&self) -> Vec<u8> {
        let shot = self.devtools("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true }));
        BASE64.decode(shot["data"].as_str().unwrap()).unwrap()
    }
}

fn asked(method: Method, url: &str, body: &Json) -> Result<Json, String> {
    let answer = http(method, url, &[("Content-Type", "application/json")], body.to_string().as_bytes());
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let told: Json = serde_json::from_str(&text).unwrap_or_default();
    if answer.status == 200 { Ok(told["value"].clone()) } else { Err(text) }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = super::try_http(Method::Delete, &self.session, &[], b"");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
