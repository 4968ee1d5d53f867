//! What can be typed, and who does it.

use std::io;

use clap::Parser;
use clap::Subcommand;

use crate::face::cli::check;
use crate::face::cli::demo;
use crate::face::cli::diff;
use crate::face::cli::draw;
use crate::face::cli::ending::Ending;
use crate::face::cli::import;
use crate::face::cli::intervention;
use crate::face::cli::intervention::Intervention;
use crate::face::cli::kpi_options;
use crate::face::cli::predict;
use crate::face::cli::query;
use crate::face::cli::query::Query;
use crate::face::cli::release;
use crate::face::cli::report;
use crate::face::cli::schema;
use crate::face::cli::serve;
use crate::face::cli::shadow;
use crate::face::cli::simulate;
use crate::face::cli::token;
use crate::face::cli::trial;
use crate::face::cli::waits;

/// A contact centre in one binary.
#[derive(Debug, Parser)]
#[command(name = "ringwise", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check configuration, dialplans and banks; exit 1 if anything is wrong.
    Check(check::Options),
    /// Show a whole centre at work: built-in callers phone it over real SIP and RTP.
    Demo(demo::Options),
    /// Draw a dialplan as a picture for the wall (SVG).
    Draw(draw::Options),
    /// Make first dialplans of another system's files.
    Import(import::Options),
    /// See how well questions are predicted.
    #[command(subcommand)]
    Predict(predict::Predict),
    /// Print the JSON Schema of dialplans or banks, for editors.
    Schema(schema::Options),
    /// Run a centre.
    Serve(serve::Options),
    /// Show live calls of a running centre.
    Calls(query::Options),
    /// Show the seats of a running centre.
    Seats(query::SeatsOptions),
    /// Show the queues of a running centre.
    Queues(query::Options),
    /// Show closed calls, the newest first.
    Records(query::RecordOptions),
    /// Show the messages that callers left, the newest first.
    Messages(query::MessageOptions),
    /// Tell why a call went as it did: steps, candidates, who was passed over and why.
    Explain(query::ExplainOptions),
    /// Show service levels, waits, handle times and occupancy of a period, each with its formula.
    Kpis(kpi_options::KpiOptions),
    /// Take a waiting call out of its queue: its dialplan goes on by `left`.
    Withdraw(intervention::CallOptions),
    /// Have a waiting call wait in another queue; its wait is kept.
    Route(intervention::RouteOptions),
    /// Give a waiting call another priority; its wait is kept.
    Priority(intervention::PriorityOptions),
    /// Hang up a live call.
    Hangup(intervention::CallOptions),
    /// Make a seat ready or away, or end its after-call work.
    Seat(intervention::SeatOptions),
    /// Read dialplans, banks, prompts, queues and skills again, under live calls.
    Reload(release::ReloadOptions),
    /// Go back to the release before, or end a trial.
    Rollback(release::RollbackOptions),
    /// Tell what other dialplans and banks would have made of recorded calls.
    Diff(diff::Options),
    /// Show the releases that calls keep to.
    Releases(query::Options),
    /// Tell what recorded calls say: were questions foreseen, callers answered, did they call again.
    Report(report::Options),
    /// Tell how well other banks would have foreseen what callers wanted, on every recorded call.
    Shadow(shadow::Options),
    /// Play days of a centre on virtual time: waits, service levels and policies compared.
    Simulate(simulate::Options),
    /// Make tokens for the API.
    Token(token::Options),
    /// Walk a dialplan in the terminal; no telephone needed.
    Try(trial::Options),
    /// Tell how well the waits of a recorded day would have been foretold.
    Waits(waits::Options),
}

/// Does what the command line says.
#[must_use]
pub fn run() -> Ending {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            let wrong = error.use_stderr();
            let printed = error.print();
            return match (wrong, printed) {
                (true, _) => Ending::Usage,
                (false, Ok(())) => Ending::Fine,
                (false, Err(_)) => Ending::World,
            };
        }
    };
    let mut out = io::stdout();
    let ended = match line.command {
        Command::Check(options) => check::run(&options, &mut out),
        Command::Demo(options) => demo::run(&options, &mut out),
        Command::Draw(options) => draw::run(&options, &mut out),
        Command::Import(options) => import::run(&options, &mut out),
        Command::Predict(options) => predict::run(&options, &mut out),
        Command::Schema(options) => schema::run(&options, &mut out),
        Command::Serve(options) => serve::run(&options, &mut out),
        Command::Calls(options) => query::run(&Query::Calls, &options, &mut out),
        Command::Seats(options) => query::run(&options.query(), &options.options, &mut out),
        Command::Queues(options) => query::run(&Query::Queues, &options, &mut out),
        Command::Records(options) => {
            let records = Query::Records {
                limit: options.limit,
            };
            query::run(&records, &options.options, &mut out)
        }
        Command::Messages(options) => {
            let messages = Query::Messages {
                new: options.new,
                limit: options.limit,
            };
            query::run(&messages, &options.options, &mut out)
        }
        Command::Explain(options) => {
            let explain = Query::Explain {
                call: options.call.clone(),
                language: options.lang,
            };
            query::run(&explain, &options.options, &mut out)
        }
        Command::Kpis(options) => query::run(&options.query(), &options.options, &mut out),
        Command::Withdraw(wish) => intervention::run(Intervention::Withdraw(&wish), &mut out),
        Command::Route(wish) => intervention::run(Intervention::Route(&wish), &mut out),
        Command::Priority(wish) => intervention::run(Intervention::Priority(&wish), &mut out),
        Command::Hangup(wish) => intervention::run(Intervention::HangUp(&wish), &mut out),
        Command::Seat(wish) => intervention::run(Intervention::Seat(&wish), &mut out),
        Command::Reload(options) => release::reload(&options, &mut out),
        Command::Rollback(options) => release::roll_back(&options, &mut out),
        Command::Diff(options) => diff::run(&options, &mut out),
        Command::Releases(options) => release::list(&options, &mut out),
        Command::Report(options) => report::run(&options, &mut out),
        Command::Shadow(options) => shadow::run(&options, &mut out),
        Command::Simulate(options) => simulate::run(&options, &mut out),
        Command::Token(options) => token::run(&options, &mut out),
        Command::Try(options) => trial::run(&options, || io::stdin().lock(), &mut out),
        Command::Waits(options) => waits::run(&options, &mut out),
    };
    match ended {
        Ok(ending) => ending,
        // A reader that went away (`| head`) is nobody's fault.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ending::Fine,
        Err(error) => {
            eprintln!("error: cannot write to standard output: {error}");
            Ending::World
        }
    }
}
