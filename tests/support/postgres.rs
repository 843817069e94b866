//! A private PostgreSQL server for the tests: one for a run of the test binary, on a free loopback port and in a folder
//! of its own, with a database for each test.
//!
//! The server's keeper is a shell whose standard input is a pipe from here: once this process ends, however it ends, the
//! keeper stops the server and takes its folder away. `PETIOLE_TEST_POSTGRES` names the folder with the server's
//! programs, or is `required`: then a machine without them fails the tests, which are skipped there otherwise.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

/// The variable that says where the programs are, or that they have to be there.
const VARIABLE: &str = "PETIOLE_TEST_POSTGRES";

/// How long a server may take to begin.
const BEGIN_MAX: Duration = Duration::from_mins(1);

/// The role that owns everything.
pub(crate) const OWNER: &str = "petiole";

/// What keeps a server: it starts and stops it as it is told, and ends it with its folder when nobody is left to tell.
const KEEPER: &str = r#"
trap '' INT TERM HUP
begin() {
    "$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c max_connections=400 \
        -c shared_buffers=64MB -c fsync="$4" -c full_page_writes="$4" -c deadlock_timeout=100ms \
        -c log_min_messages=warning </dev/null >>"$2/log" 2>&1 &
    server=$!
}
finish() {
    kill -QUIT "$server" 2>/dev/null
    wait "$server" 2>/dev/null
}
begin "$@"
while read -r word; do
    case $word in
        stop) finish ;;
        start) begin "$@" ;;
    esac
    echo "$word"
done
finish
rm -rf "$2"
"#;

/// A running server.
pub(crate) struct Server {
    port: u16,
    data: PathBuf,
    keeper: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _child: Child,
}

/// The server of this run; none where there are no programs, which is said once.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(Server::start).as_ref()
}

/// The folder with the programs.
fn programs() -> Option<PathBuf> {
    let has_all = |folder: &Path| folder.join("postgres").exists() && folder.join("initdb").exists();
    let said = std::env::var_os(VARIABLE).filter(|said| !said.is_empty());
    if let Some(folder) = said.as_deref().filter(|said| *said != OsStr::new("required")) {
        let folder = PathBuf::from(folder);
        assert!(has_all(&folder), "{VARIABLE} is {}, where there is no `postgres` and `initdb`", folder.display());
        return Some(folder);
    }
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let found = folders.into_iter().find(|folder| has_all(folder));
    if found.is_none() {
        let missing = "there is no PostgreSQL server on this machine (Debian: `apt-get install postgresql`)";
        assert!(said.is_none(), "{missing}, and {VARIABLE} says that its tests have to run");
        // Said past the harness, which shows nothing of tests that pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the tests of the store on PostgreSQL; {missing}");
    }
    found
}

/// Whom the server runs as: it refuses to be root.
fn user() -> Option<(u32, u32)> {
    let ours = fs::metadata("/proc/self").map_or(1, |process| process.uid());
    if ours != 0 {
        return None;
    }
    let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of = |name: &str| {
        let line = known.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    Some(of("postgres").or_else(|| of("nobody")).expect("PostgreSQL does not run as root, and nobody else is known"))
}

fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    if let Some((user, group)) = user() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").env_remove("PGDATA").env("LC_ALL", "C");
    command
}

impl Server {
    /// A server that nobody else has: to be stopped and started.
    pub(crate) fn start() -> Option<Self> {
        Self::begin("off")
    }

    /// One that waits for the disk as a real one does: to be measured.
    #[allow(dead_code, reason = "the benches measure with it")]
    pub(crate) fn durable() -> Option<Self> {
        Self::begin("on")
    }

    fn begin(fsync: &str) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let programs = programs()?;
        let name = format!("petiole-pg-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        if let Some((user, group)) = user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let data = folder.join("data");
        let made = program(programs.join("initdb"))
            .args(["-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        // One role has a password.
        let let_in = "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
        fs::write(data.join("pg_hba.conf"), let_in).unwrap();
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child = program("sh")
                .args(["-c", KEEPER, "keeper"])
                .args([programs.as_os_str(), folder.as_os_str(), OsStr::new(&port.to_string()), OsStr::new(fsync)])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .process_group(0)
                .spawn()
                .unwrap();
            let keeper = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
            let server = Self { port, data: data.clone(), keeper: Mutex::new(keeper), _child: child };
            if server.answers() {
                return Some(server);
            }
        }
        panic!("the server does not begin: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    /// Whether it takes connections before long.
    fn answers(&self) -> bool {
        let until = Instant::now() + BEGIN_MAX;
        while Instant::now() < until {
            if self.execute("postgres", "SELECT 1").is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// From now on it takes encrypted connections, too, under a certificate that nobody vouches for.
    pub(crate) fn encrypts(&self) {
        let made = program("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9"])
            .args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout"])
            .args([self.data.join("server.key").as_os_str(), OsStr::new("-out")])
            .arg(self.data.join("server.crt"))
            .output()
            .unwrap();
        assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
        self.execute("postgres", "ALTER SYSTEM SET ssl = on").unwrap();
        self.execute("postgres", "SELECT pg_reload_conf()").unwrap();
    }

    fn tell(&self, word: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.0, "{word}").unwrap();
        keeper.0.flush().unwrap();
        let mut said = String::new();
        keeper.1.read_line(&mut said).unwrap();
        assert_eq!(said.trim(), word);
    }

    /// Ends it as a crash does, in the middle of everything.
    pub(crate) fn crash(&self) {
        self.tell("stop");
    }

    /// Begins it again, with all that was committed.
    pub(crate) fn restart(&self) {
        self.tell("start");
        assert!(self.answers(), "the server does not come back");
    }

    /// The address of a database, for whoever is called so.
    pub(crate) fn url(&self, who: &str, database: &str) -> String {
        format!("postgres://{who}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs statements, in a thread of its own: whoever asks may be within a runtime already.
    pub(crate) fn execute(&self, database: &str, statements: &str) -> Result<(), tokio_postgres::Error> {
        let (url, statements) = (self.url(OWNER, database), statements.to_owned());
        let run = async move {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            let driver = tokio::spawn(connection);
            let outcome = client.batch_execute(&statements).await;
            driver.abort();
            outcome
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime().block_on(run)).join().unwrap()
    }

    /// A database with nothing in it.
    pub(crate) fn database(&self) -> Database<'_> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name} OWNER {OWNER}")).unwrap();
        Database { name, server: self }
    }
}

/// A database that goes at the end, with whatever connections there are still.
pub(crate) struct Database<'a> {
    pub(crate) name: String,
    server: &'a Server,
}

impl Database<'_> {
    pub(crate) fn url(&self) -> String {
        self.server.url(OWNER, &self.name)
    }

    pub(crate) fn execute(&self, statements: &str) {
        self.server.execute(&self.name, statements).unwrap();
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let _ = self.server.execute("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
