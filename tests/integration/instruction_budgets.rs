//! The arithmetic of `benches/instructions`, which has no test harness of its own.

#[path = "../../benches/instructions/budgets.rs"]
#[expect(dead_code, reason = "tests read and write no file")]
mod budgets;

use budgets::{Budgets, Figures, grouped, times, with_room};

fn figures(figures: &[(&str, u64)]) -> Figures {
    let own = figures
        .iter()
        .map(|(name, figure)| (name.to_string(), *figure));
    own.collect()
}

#[test]
fn a_budget_has_room_and_three_digits() {
    for (figure, budget) in [
        (0, 0),
        (1, 2),
        (100, 130),
        (1_001, 1_310),
        (91_769_497, 120_000_000),
    ] {
        assert_eq!(with_room(figure), budget, "{figure}");
    }
}

#[test]
fn budgets_are_read_as_they_were_written() {
    let mut budgets = Budgets::parse("list = 7\nload = 1_200\n").unwrap();
    assert_eq!(budgets.of("load"), Some(1_200));
    budgets.set(&figures(&[("load", 1_000_000)]));
    assert_eq!(budgets.of("load"), Some(1_300_000));
    assert_eq!(budgets.of("list"), Some(7));
    assert_eq!(budgets.of("other"), None);
    assert_eq!(Budgets::parse(&budgets.text()).unwrap(), budgets);
    assert_eq!(budgets.names().collect::<Vec<_>>(), ["list", "load"]);
}

#[test]
fn the_committed_budgets_can_be_read() {
    let text = include_str!("../../benches/instructions/budgets.toml");
    assert_eq!(Budgets::parse(text).unwrap().text(), text);
}

#[test]
fn growth_needs_both_figures() {
    let figures = figures(&[("small", 10), ("large", 125)]);
    assert_eq!(times(&figures, "small", "large"), Some(12.5));
    assert_eq!(times(&figures, "small", "other"), None);
}

#[test]
fn figures_are_grouped() {
    let texts = [0, 999, 1_000, 1_234_567].map(grouped);
    assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
}
