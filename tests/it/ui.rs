//! What the compiler tells an author. One case per rule; the `.stderr` files are read by people.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for kind in ["tool", "resource", "prompt"] {
        cases.compile_fail(format!("ui/{kind}/*.rs"));
    }
}
