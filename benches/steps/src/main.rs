//! `steps` names the steps; `steps NAME COUNT` repeats one.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        steps::ALL.iter().for_each(|step| println!("{step}"));
        return ExitCode::SUCCESS;
    };
    let count: Option<u64> = arguments.next().and_then(|count| count.parse().ok());
    let (Some(step), Some(count)) = (steps::ALL.iter().find(|step| step.name == name), count)
    else {
        eprintln!("error: no step `{name}`, or no number of times");
        return ExitCode::from(2);
    };
    let mut run = step.prepare();
    (0..count).for_each(|_| run());
    ExitCode::SUCCESS
}
