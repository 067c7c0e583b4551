using Microsoft.Data.Sqlite;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.History;
using Tandem.History.Sqlite;

namespace Tandem.Tests.History;

public sealed class LoggerTests : IDisposable
{
    static readonly LoggerOptions s_quick = new(TimeSpan.FromMilliseconds(20), CommitRows: 10, QueuedMax: 100, TimeSpan.FromMilliseconds(20));

    readonly HistoryDesk _desk = new();

    static void Feed(Logger logger, long first, long last)
    {
        for (long position = first; position <= last; position++) logger.Enqueue(position, HistoryDesk.At(position));
    }

    static void Await(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, TimeSpan.FromSeconds(20)));

    [Fact]
    public void What_is_queued_is_committed_within_its_time_without_being_asked()
    {
        using var logger = new Logger(_desk.Open(), s_quick);
        Feed(logger, 1, 3);
        logger.Reached(50);

        Await(() => logger.Health.Position == 50);
        Assert.Equal(3, _desk.Rows("termination_call_detail").Length);
        Assert.Equal(new LoggerHealth(50, 0, null, null, 0), logger.Health);
    }

    [Fact]
    public void Stopping_commits_what_is_left()
    {
        using (var logger = new Logger(_desk.Open(), LoggerOptions.Default)) Feed(logger, 1, 2_500);

        Assert.Equal(2_500, _desk.Rows("termination_call_detail").Length);
    }

    [Fact]
    public void A_restarted_owner_that_replays_more_than_needed_doubles_nothing()
    {
        using (var logger = new Logger(_desk.Open(), s_quick)) Feed(logger, 1, 30);
        using (var logger = new Logger(_desk.Open(), s_quick)) Feed(logger, 11, 40);

        Assert.Equal(40, _desk.Rows("termination_call_detail").Distinct().Count());
        Assert.Equal(40, _desk.Rows("termination_call_detail").Length);
    }

    [Fact]
    public void A_locked_database_is_told_and_everything_follows_when_it_is_free()
    {
        using var logger = new Logger(_desk.Open(), s_quick);
        using SqliteConnection other = _desk.Connect();
        using (SqliteTransaction locks = other.BeginTransaction(deferred: false))
        {
            Feed(logger, 1, 20);
            Assert.False(logger.Flush());
            Assert.Contains("locked", logger.Health.Failure);
            Assert.Equal(40, logger.Health.Queued);
            locks.Rollback();
        }

        Await(() => logger.Health is { Position: 20, Failure: null });
        Assert.Equal(20, _desk.Rows("agent_event_detail").Length);
    }

    [Fact]
    public void A_database_that_failed_is_not_asked_again_before_its_time_however_much_comes_meanwhile()
    {
        int asked = 0;
        HistoryDatabase database = _desk.Open();
        database.Committing = () =>
        {
            if (++asked <= 100) throw new IOException("away");
        };
        using (var logger = new Logger(database, s_quick with { RetryAfter = TimeSpan.FromHours(1), QueuedMax = 100_000 }))
        {
            Feed(logger, 1, 20);
            Await(() => logger.Health.Failure is not null);
            Feed(logger, 21, 2_000);
        }
        // The second time was when it stopped.
        Assert.Equal(2, asked);
    }

    [Fact]
    public void A_full_disk_is_told_and_everything_follows_when_there_is_room()
    {
        var database = (SqliteHistory)_desk.Open();
        database.PagesMax = 40;
        using var logger = new Logger(database, s_quick with { QueuedMax = 100_000 });
        Feed(logger, 1, 2_000);
        Await(() => logger.Health.Failure is not null);
        Assert.Contains("full", logger.Health.Failure);

        database.PagesMax = 1_000_000;

        Await(() => logger.Health is { Position: 2_000, Failure: null });
        Assert.Equal(2_000, _desk.Rows("agent_event_detail").Length);
    }

    [Fact]
    public void A_full_queue_is_dropped_as_a_whole_and_a_replay_brings_everything_back_once()
    {
        using var logger = new Logger(_desk.Open(), s_quick);
        Feed(logger, 1, 10);
        Assert.True(logger.Flush());
        using SqliteConnection other = _desk.Connect();
        using (SqliteTransaction locks = other.BeginTransaction(deferred: false))
        {
            Feed(logger, 11, 500);
            logger.Reached(600);
            LoggerHealth health = logger.Health;
            Assert.Equal(11, health.NeedsReplayFrom);
            Assert.InRange(health.Queued, 0, s_quick.QueuedMax);
            locks.Rollback();
        }

        // The live feed goes on and is dropped: it must not count as reached.
        Feed(logger, 601, 700);
        long from = logger.AwaitCatchUp()!.Value + 1;
        Assert.InRange(from, 11, 61);
        Assert.Equal(from - 1, logger.Health.Position);
        Assert.Equal(from - 1, _desk.Rows("agent_event_detail").Length);

        for (long position = from; position <= 700; position++) Assert.True(logger.Bring(position, HistoryDesk.At(position)));
        Assert.Equal(700, logger.KeepLive());
        Assert.True(logger.TryJoin(700));
        Assert.True(logger.Flush());

        Assert.Null(logger.Health.NeedsReplayFrom);
        Assert.Equal(Enumerable.Range(1, 700).Select(position => $"{position}.1"), _desk.Rows("termination_call_detail"));
    }

    [Fact]
    public void Live_records_that_are_too_many_while_a_replay_comes_near_are_dropped_and_brought_by_it()
    {
        using var logger = new Logger(HistoryDatabase.At(HistoryAddress.Parse(_desk.Path), "main", 1), s_quick);
        logger.Reached(10);
        Assert.Equal(0, logger.AwaitCatchUp());
        for (long position = 1; position <= 10; position++) Assert.True(logger.Bring(position, HistoryDesk.At(position)));
        Assert.Equal(10, logger.KeepLive());
        Feed(logger, 11, 40);
        Assert.InRange(logger.Health.Queued, 0, s_quick.QueuedMax);
        Assert.False(logger.TryJoin(10));

        for (long position = 11; position <= 42; position++) Assert.True(logger.Bring(position, HistoryDesk.At(position)));
        Assert.Equal(40, logger.KeepLive());
        Feed(logger, 41, 45);
        // The replay has come further than the live feed had at KeepLive, and than some of what was kept.
        Assert.True(logger.TryJoin(42));
        Feed(logger, 46, 50);

        Assert.True(logger.Flush());
        Assert.Equal(Enumerable.Range(1, 50).Select(position => $"{position}.1"), _desk.Rows("termination_call_detail"));
    }

    [Fact]
    public void A_replay_that_is_ahead_of_the_live_feed_when_they_meet_doubles_nothing()
    {
        using var logger = new Logger(HistoryDatabase.At(HistoryAddress.Parse(_desk.Path), "main", 1), s_quick);
        logger.Reached(5);
        Assert.Equal(0, logger.AwaitCatchUp());
        for (long position = 1; position <= 9; position++) Assert.True(logger.Bring(position, HistoryDesk.At(position)));
        Assert.Equal(5, logger.KeepLive());
        Assert.True(logger.TryJoin(9));
        Feed(logger, 6, 20);

        Assert.True(logger.Flush());
        Assert.Equal(Enumerable.Range(1, 20).Select(position => $"{position}.0"), _desk.Rows("agent_event_detail"));
    }

    [Fact]
    public void Records_that_come_after_their_position_was_told_are_refused()
    {
        using var logger = new Logger(_desk.Open(), s_quick);
        logger.Reached(5);

        Assert.Throws<InvariantException>(() => logger.Enqueue(5, HistoryDesk.At(5)));
        Assert.Null(logger.Health.NeedsReplayFrom);
    }

    [Fact]
    public void Stopping_while_the_database_fails_does_not_hang_and_loses_nothing_that_was_told_as_written()
    {
        using SqliteConnection other = _desk.Connect();
        using (var logger = new Logger(_desk.Open(), s_quick))
        {
            Feed(logger, 1, 5);
            Assert.True(logger.Flush());
            using SqliteTransaction locks = other.BeginTransaction(deferred: false);
            Feed(logger, 6, 9);
            logger.Dispose();
        }
        using HistoryDatabase database = _desk.Open();
        Assert.Equal(5, database.Position);
    }

    public void Dispose() => _desk.Dispose();
}
