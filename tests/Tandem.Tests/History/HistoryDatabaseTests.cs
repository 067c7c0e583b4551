using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Tandem.Core.Schema;
using Tandem.History;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Tests.History;

public sealed class HistoryDatabaseTests : IDisposable
{
    readonly HistoryDesk _desk = new();

    [Fact]
    public void Writing_again_what_was_written_changes_nothing()
    {
        using HistoryDatabase database = _desk.Open();

        Assert.Equal(6, database.Write(HistoryDesk.Records(1, 3), 3));
        Assert.Equal(0, database.Write(HistoryDesk.Records(1, 3), 3));
        Assert.Equal(4, database.Write(HistoryDesk.Records(2, 5), 5));

        Assert.Equal(["1.1", "2.1", "3.1", "4.1", "5.1"], _desk.Rows("termination_call_detail"));
        Assert.Equal(["1.0", "2.0", "3.0", "4.0", "5.0"], _desk.Rows("agent_event_detail"));
        Assert.Equal(5, database.Position);
    }

    [Fact]
    public void A_kill_before_the_commit_leaves_neither_rows_nor_position_and_one_after_it_leaves_both()
    {
        using HistoryDatabase database = _desk.Open();
        database.Write(HistoryDesk.Records(1, 2), 2);
        HistoryDesk? before = null;
        database.Committing = () => before = _desk.AfterKill();

        // Enough to spill pages into the files before the commit.
        database.Write(HistoryDesk.Records(3, 20_000), 20_000);
        using HistoryDesk after = _desk.AfterKill();

        using (HistoryDatabase killed = before!.Open())
        {
            Assert.Equal(2, killed.Position);
            Assert.Equal(["1.1", "2.1"], before.Rows("termination_call_detail"));
            killed.Write(HistoryDesk.Records(3, 20_000), 20_000);
            Assert.Equal(20_000, before.Rows("termination_call_detail").Length);
        }
        before.Dispose();
        using HistoryDatabase committed = after.Open();
        Assert.Equal(20_000, committed.Position);
        Assert.Equal(20_000, after.Rows("agent_event_detail").Length);
    }

    [Fact]
    public void A_transaction_that_fails_midway_leaves_neither_rows_nor_position()
    {
        using HistoryDatabase database = _desk.Open();
        database.Write(HistoryDesk.Records(1, 2), 2);
        _desk.Execute("CREATE TRIGGER fails BEFORE INSERT ON termination_call_detail WHEN new.position = 4 BEGIN SELECT RAISE(ABORT, 'no room'); END");

        Assert.Contains("no room", Assert.Throws<SqliteException>(() => database.Write(HistoryDesk.Records(3, 5), 5)).Message);
        Assert.Equal(2, database.Position);
        Assert.Equal(["1.0", "2.0"], _desk.Rows("agent_event_detail"));

        _desk.Execute("DROP TRIGGER fails");
        Assert.Equal(6, database.Write(HistoryDesk.Records(3, 5), 5));
        Assert.Equal(5, _desk.Rows("agent_event_detail").Length);
    }

    [Fact]
    public void A_position_without_records_is_reached_too()
    {
        using (HistoryDatabase database = _desk.Open()) database.Write([], 700);

        using HistoryDatabase again = _desk.Open();
        Assert.Equal(700, again.Position);
        Assert.Equal(0, again.Write(HistoryDesk.Records(1, 700), 700));
    }

    [Fact]
    public void A_database_of_a_newer_release_is_refused_and_left_alone()
    {
        _desk.Open().Dispose();
        _desk.Execute("PRAGMA user_version = 99");

        string message = Assert.Throws<HistoryIsNewerException>(() => _desk.Open()).Message;

        Assert.Equal($"{_desk.Path} has schema version 99, and this release knows up to 2: start the newer release, or restore the history of this one", message);
    }

    [Fact]
    public void Instances_share_a_database_without_meeting()
    {
        using (HistoryDatabase main = _desk.Open()) main.Write(HistoryDesk.Records(1, 3), 3);
        using (HistoryDatabase other = HistoryDatabase.Open(_desk.Path, "other", 1))
        {
            Assert.Equal(0, other.Position);
            Assert.Equal(2, other.Write(HistoryDesk.Records(1, 1), 1));
        }

        Assert.Equal(3, _desk.Queries.LastCalls(10).Count);
        Assert.Single(new HistoryQueries(_desk.Path, "other").LastCalls(10));
    }

    [Theory]
    [InlineData(7, 10, 7)]     // the backup was taken at 7, history knows up to 10: 8 and later are new things
    [InlineData(20, 10, 10)]   // history had not come so far: it goes on where it was
    public void A_new_generation_goes_on_where_its_backup_ended(long backup, long known, long begins)
    {
        using (HistoryDatabase first = _desk.Open()) first.Write(HistoryDesk.Records(1, known), known);

        using HistoryDatabase second = HistoryDatabase.Open(_desk.Path, "main", generation: 2, backup);

        Assert.Equal(begins, second.Position);
        Assert.Equal(2, second.Write(HistoryDesk.Records(begins, begins + 1), begins + 1));
    }

    [Fact]
    public void A_call_is_found_with_all_its_parts_and_its_route()
    {
        var whole = new TerminationCallDetail
        {
            Call = 42, Dialed = "1000", Calling = "+4930", CallType = "sales", SkillGroup = "sales", Agent = "ana", Device = "101", Disposition = 13,
            StartUnixUs = 1, EndUnixUs = 2, QueueUs = 3, RingUs = 4, TalkUs = 5, HoldUs = 6, WorkUs = 7, WaitUs = 8, Status = 200, ByDefaultLabel = true,
            Variables = { new Variable { Name = "customer", Value = "Gauß" } },
        };
        var offer = new TerminationCallDetail { Call = 42, Part = 1, Agent = "bo", Disposition = 19 };
        var route = new RouteCallDetail
        {
            Call = 42, Dialed = "1000", Label = "agent:ana", Error = 0,
            Steps = { new RouteStep { TimeUs = 1L << 60, Script = "sales", Node = "wait", Kind = "queue", Choice = "group sales", Reason = "1 ready" } },
        };
        using (HistoryDatabase database = _desk.Open())
            database.Write([(9, new Record { Termination = offer }), (12, new Record { Route = route }), (12, new Record { Termination = whole })], 12);

        CallHistory found = _desk.Queries.Call(42)!;

        Assert.Equal([whole, offer], found.Parts);
        Assert.Equal([route], found.Routes);
        Assert.Equal([whole, offer], Assert.Single(_desk.Queries.LastCalls(5)).Parts);
        Assert.Null(_desk.Queries.Call(43));
    }

    [Fact]
    public void The_last_calls_and_events_come_latest_first()
    {
        using (HistoryDatabase database = _desk.Open()) database.Write(HistoryDesk.Records(1, 9), 9);

        Assert.Equal(["1-9", "1-8", "1-7"], _desk.Queries.LastCalls(3).Select(call => Core.EntityId.Format(call.Call)));
        Assert.Equal([9_000, 8_000], _desk.Queries.AgentEvents("ana", 2).Select(at => at.UnixUs));
        Assert.Equal([9_000, 8_000], _desk.Queries.AgentEvents(null, 2).Select(at => at.UnixUs));
        Assert.Empty(_desk.Queries.AgentEvents("bo", 2));
    }

    [Fact]
    public void The_systems_library_goes_before_the_old_one_of_the_package()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libsqlite3.so.0", out nint system)) return;
        string? version = Marshal.PtrToStringUTF8(NativeLibrary.GetExport(system, "sqlite3_version"));
        using HistoryDatabase database = _desk.Open();
        using SqliteConnection connection = _desk.Connect();

        Assert.Equal(version, connection.ServerVersion);
    }

    public void Dispose() => _desk.Dispose();
}
