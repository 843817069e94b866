//! Maps a command's result to an exit code.
fn main() {
    let c = petiole::language::compile(&[std::env::args().nth(1).unwrap_or("rules".into()).into()]);
    print!("{}", petiole::diagnostic::render::render(&c.findings, &c.sources, false));
    println!("{}", c.plan.is_some());
}
