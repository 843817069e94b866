//! Maps a command's result to an exit code.

fn main() {}
