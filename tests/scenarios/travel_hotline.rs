//! The shipped hotline, walked.

use crate::stage::Stage;
use crate::stage::only;
use crate::stage::refunded;
use crate::stage::traveller;

#[test]
fn probe() {
    for (customer, cues) in [
        (traveller(), &[(100, "ring"), (20_000, "1")][..]),
        (
            refunded(),
            &[
                (100, "ring"),
                (20_000, "1"),
                (40_000, "9999"),
                (60_000, "0815"),
            ][..],
        ),
    ] {
        let log = Stage::travel(customer).play(cues, 200_000);
        eprintln!("{}\n", log.join("\n"));
        eprintln!("{:?}", only(&log, &["->"]));
    }
}
