//! `ringwise serve`: runs a centre until it is told to end, and lets calls end first.

use std::io;
use std::io::Write;
use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::watch;

use crate::call::effect::Command;
use crate::driver::centre::assembly::AssemblyError;
use crate::driver::centre::keeper::Wish;
use crate::driver::centre::material::MaterialError;
use crate::driver::centre::running::StartError;
use crate::driver::clock::Clock;
use crate::driver::draft::DraftError;
use crate::face::api::release;
use crate::face::api::release::Deed;
use crate::face::centre;
use crate::face::centre::ServeError;
use crate::face::centre::Served;
use crate::face::cli::config_choice;
use crate::face::cli::config_choice::ConfigChoice;
use crate::face::cli::daily_report;
use crate::face::cli::daily_report::Shelf;
use crate::face::cli::ending::Ending;
use crate::face::cli::fault_report;

/// So few calls are counted one by one while a centre drains.
const SAID_ONE_BY_ONE: usize = 10;

/// What to run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigChoice,
}

/// Runs a centre.
///
/// # Errors
///
/// What `out` says.
pub fn run(options: &Options, out: &mut impl Write) -> io::Result<Ending> {
    let config = match options.config.load() {
        Ok(config) => config,
        Err(error) => return config_choice::explain(&error),
    };
    start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let drain = Duration::from_secs(u64::from(config.settings.drain_s));
        let (shelf, clock) = (Shelf::of(&config.settings), Clock::start());
        match centre::serve(config, clock, None).await {
            Ok(served) => {
                announce(&served, out)?;
                tokio::spawn(daily_report::keep(shelf, clock));
                live(served, drain, out).await?;
                Ok(Ending::Fine)
            }
            Err(error) => explain(&error),
        }
    })
}

/// Tells a person why a centre does not start.
///
/// # Errors
///
/// What standard error says.
pub fn explain(error: &ServeError) -> io::Result<Ending> {
    let files = match error {
        ServeError::Start(StartError::Assembly(AssemblyError::Material(error))) => error.faulty(),
        ServeError::Start(_) | ServeError::Api(_) | ServeError::Data(_) => &[],
    };
    if !files.is_empty() {
        let mut told = Vec::new();
        for file in files {
            fault_report::write(file, &mut told)?;
        }
        io::stderr().write_all(&told)?;
        let faults: usize = files.iter().map(|file| file.faults.len()).sum();
        eprintln!(
            "error: the centre does not start: faults in dialplans and banks, {faults} in all"
        );
        return Ok(Ending::Input);
    }
    eprintln!("error: {error}");
    let ServeError::Start(StartError::Assembly(assembly)) = error else {
        return Ok(Ending::World);
    };
    Ok(match assembly {
        AssemblyError::Numbers(_) => Ending::Input,
        AssemblyError::Material(MaterialError::Draft(DraftError::Unreadable { .. })) => {
            eprintln!(
                "[dialplans] dir and [banks] dir of the configuration say where they are, seen from \
                 the folder you are in"
            );
            Ending::World
        }
        AssemblyError::Material(_) | AssemblyError::DataDir { .. } => Ending::World,
    })
}

/// Logs to standard error, one JSON object a line; `RUST_LOG` says how much.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // A log that runs already is kept.
    let _ = log.try_init();
}

fn announce(served: &Served, out: &mut impl Write) -> io::Result<()> {
    for fault in &served.running.prompt_faults {
        tracing::warn!(%fault, "a prompt cannot be used");
    }
    for (transport, address) in &served.running.bound {
        writeln!(
            out,
            "SIP on {}://{address}",
            transport.token().to_ascii_lowercase()
        )?;
    }
    writeln!(out, "API on http://{}", served.api)?;
    writeln!(
        out,
        "ready; Ctrl-C lets calls end, a second one ends at once"
    )?;
    out.flush()
}

/// Reads the files again at every hangup signal; what comes of it is logged.
async fn reload_on_signal(served: &Served, hangup: &mut Signal) {
    while hangup.recv().await.is_some() {
        let wish = Wish {
            by: "signal".to_owned(),
            ..Wish::default()
        };
        match release::serve(&served.desk, Deed::Reload, wish).await {
            Ok(told) => {
                let waits = told.report.at_next_start.join(", ");
                let release = told.report.release.0;
                let result = told.result;
                tracing::info!(release, result, at_next_start = waits, "reloaded");
            }
            Err(refusal) => {
                tracing::error!(problem = refusal.problem.detail, "not reloaded");
            }
        }
    }
}

/// Until the second signal, or the first and all calls have ended.
async fn live(mut served: Served, drain: Duration, out: &mut impl Write) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = reload_on_signal(&served, &mut hangup) => {}
    }
    tracing::info!("draining: new calls get 503, the others end by themselves");
    let drained = served.desk.commands.tell(Command::Drain).await;
    if let Err(problem) = drained {
        tracing::warn!(problem = problem.detail, "the engine did not confirm");
    }
    let mut calls_live = served.calls_live.clone();
    tokio::select! {
        () = until_empty(&mut calls_live, out) => {}
        () = tokio::time::sleep(drain) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    if served.desk.commands.tell(Command::EndAll).await.is_err() {
        say(
            out,
            "some phones do not confirm that they have hung up; not waiting for them",
        );
    }
    tokio::task::block_in_place(|| served.running.stop());
    say(out, "ended");
    Ok(())
}

/// Until no call is live, as far as the log tells. Says how many are left, less often while they
/// are many.
async fn until_empty(calls_live: &mut watch::Receiver<usize>, out: &mut impl Write) {
    let mut said = usize::MAX;
    loop {
        let left = *calls_live.borrow_and_update();
        if left == 0 {
            return;
        }
        if is_news(left, said) {
            said = left;
            say(
                out,
                &format!("{left} live; new calls get 503, Ctrl-C again ends these now"),
            );
        }
        // The log's end is the end of all calls.
        if calls_live.changed().await.is_err() {
            return;
        }
    }
}

/// Whether so many left are worth a line after so many.
const fn is_news(left: usize, said: usize) -> bool {
    left <= said / 2 || (left < said && left < SAID_ONE_BY_ONE)
}

/// A terminal that is gone hinders nobody from ending.
fn say(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::future::poll_fn;
    use std::task::Context;
    use std::task::Poll;

    use super::*;

    #[test]
    fn a_drain_counts_down_by_halves_and_then_one_by_one() {
        let counts = [100, 99, 60, 50, 49, 30, 31, 9, 8, 9, 7, 1];
        let mut said = usize::MAX;
        let told = counts.into_iter().filter(|left| {
            let news = is_news(*left, said);
            said = if news { *left } else { said };
            news
        });
        assert_eq!(told.collect::<Vec<_>>(), [100, 50, 9, 8, 7, 1]);
    }

    #[tokio::test]
    async fn a_drain_ends_with_the_last_call_and_not_before() {
        let (sender, mut calls_live) = watch::channel(2);
        let mut out = Vec::new();
        let mut empty = Box::pin(until_empty(&mut calls_live, &mut out));
        for left in [2, 1, 3] {
            sender.send_replace(left);
            let mut look =
                |context: &mut Context<'_>| Poll::Ready(empty.as_mut().poll(context).is_pending());
            assert!(poll_fn(&mut look).await, "{left} left");
        }
        sender.send_replace(0);
        empty.await;
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("2 live; new calls get 503"), "{out}");
        assert_eq!(out.lines().count(), 2, "{out}");
    }
}
