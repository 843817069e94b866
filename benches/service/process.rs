//! The service as a process: its CPU time and memory, as the system counts them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Ticks of CPU time in a second, as Linux shows them.
const TICKS: f64 = 100.0;

pub(crate) struct Service {
    child: Child,
    pub(crate) url: String,
}

impl Service {
    pub(crate) fn start(folder: &Path, environment: &[(&'static str, String)]) -> Self {
        Self::on(&format!("sqlite:{}", folder.join("petiole.db").display()), folder, environment)
    }

    /// The same with a store anywhere.
    pub(crate) fn on(store: &str, folder: &Path, environment: &[(&'static str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_petiole"));
        command.args(["--store", store]);
        command.arg("--rules").arg(folder.join("rules"));
        command.args(["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
        let log = std::fs::File::create(folder.join("service.log")).unwrap();
        let environment = environment.iter().map(|(name, value)| (*name, value.as_str()));
        let mut child = command.envs(environment).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            let read = reader.read_line(&mut line).unwrap();
            assert!(read > 0, "{}", std::fs::read_to_string(folder.join("service.log")).unwrap_or_default());
        }
        let url = line.trim_start_matches("listening on ").trim().to_owned();
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Self { child, url }
    }

    /// CPU time of all its threads so far, in milliseconds.
    pub(crate) fn cpu(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
        ticks / TICKS * 1000.0
    }

    /// Memory held now, and the most that was ever held, in MiB.
    pub(crate) fn memory(&self) -> [f64; 2] {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        ["VmRSS:", "VmHWM:"].map(|name| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
        })
    }

    /// Begins to count how often it has the disk flushed; `None` where nobody can tell.
    pub(crate) fn trace(&self, into: &Path) -> Option<Child> {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(into);
        command.args(["-p", &self.child.id().to_string()]).stderr(Stdio::null()).spawn().ok()
    }

    /// Asks it to end, and waits.
    pub(crate) fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success() && self.child.wait().unwrap().success(), "the service did not end well");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
