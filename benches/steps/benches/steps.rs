//! What each step takes, and what it allocates.

use divan::{AllocProfiler, Bencher};
use steps::{ALL, Step};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(args = ALL)]
fn step(bencher: Bencher<'_, '_>, step: &Step) {
    bencher.bench_local(step.prepare());
}
