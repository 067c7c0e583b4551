using Tandem.Core.Schema;
using Tandem.History;
using Tandem.History.Compare;
using Record = Tandem.Core.Schema.Record;

namespace Tandem.Tests.History;

[Collection(PostgresCollection.Name)]
public sealed class HistoryComparisonTests(PostgresServer server) : IDisposable
{
    const long Last = 45_000;
    readonly List<HistoryDesk> _desks = [];

    public enum Kind { File, Server }

    public static TheoryData<Kind, Kind> Pairs => new() { { Kind.File, Kind.File }, { Kind.File, Kind.Server }, { Kind.Server, Kind.Server } };

    /// <summary>A history of many positions, of which every thirtieth has rows.</summary>
    string Filled(Kind kind, long last = Last, string instance = "main", Func<long, Record, Record>? change = null)
    {
        string address = Empty(kind);
        using var database = HistoryDatabase.Open(address, instance, 1);
        (long, Record)[] rows =
        [
            .. from position in Enumerable.Range(1, (int)last).Select(i => (long)i)
               where position % 30 == 0
               from record in HistoryDesk.At(position)
               select (position, change?.Invoke(position, record) ?? record),
        ];
        database.Write(rows, last);
        return address;
    }

    string Empty(Kind kind)
    {
        if (kind == Kind.Server) return server.NewDatabase();
        _desks.Add(new HistoryDesk());
        return _desks[^1].Path;
    }

    void Execute(string address, string sql)
    {
        if (_desks.Find(desk => desk.Path == address) is { } desk) desk.Execute(sql);
        else server.Execute(address, sql);
    }

    static Task<ComparisonResult> CompareAsync(string ours, string theirs, string? instance = null) =>
        HistoryComparison.RunAsync(new DatabaseReader(HistoryAddress.Parse(ours)), new DatabaseReader(HistoryAddress.Parse(theirs)), instance, stop: TestContext.Current.CancellationToken);

    [Theory, MemberData(nameof(Pairs))]
    public async Task Equal_histories_are_equal_whatever_holds_them(Kind ours, Kind theirs)
    {
        ComparisonResult result = await CompareAsync(Filled(ours), Filled(theirs));

        Assert.True(result.AreEqual);
        Assert.Equal((Last, 2 * Last / 30, 0L), (result.Positions, result.Rows, result.DifferingStretches));
        Assert.Empty(result.OneSided);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task A_changed_value_is_named_with_its_place_and_both_values(Kind ours, Kind theirs)
    {
        string other = Filled(theirs);
        Execute(other, "UPDATE termination_call_detail SET talk_us = 99 WHERE position IN (31020, 44010)");

        ComparisonResult result = await CompareAsync(Filled(ours), other);

        Assert.Equal(new RowDifference(1, 31_020, 1, "termination_call_detail", "talk_us", "0", "99"), result.First);
        Assert.Equal(2, result.DifferingStretches);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task A_missing_row_is_named_and_who_has_it(Kind ours, Kind theirs)
    {
        string one = Filled(ours), other = Filled(theirs);
        Execute(other, "DELETE FROM agent_event_detail WHERE position = 30");
        Assert.Equal(new RowDifference(1, 30, 0, "agent_event_detail", null, "the row", null), (await CompareAsync(one, other)).First);
        Assert.Equal(new RowDifference(1, 30, 0, "agent_event_detail", null, null, "the row"), (await CompareAsync(other, one)).First);
    }

    [Fact]
    public async Task The_first_row_comes_before_others_of_its_stretch_in_whatever_table()
    {
        string other = Filled(Kind.File);
        Execute(other, "UPDATE agent_event_detail SET actor = 'x' WHERE position = 10200; UPDATE termination_call_detail SET agent = 'Gauß' WHERE position = 10110");

        ComparisonResult result = await CompareAsync(Filled(Kind.File), other);

        Assert.Equal(new RowDifference(1, 10_110, 1, "termination_call_detail", "agent", "", "Gauß"), result.First);
    }

    [Fact]
    public async Task What_only_one_has_reached_or_kept_is_told_apart_from_a_difference()
    {
        string ours = Filled(Kind.File), theirs = Filled(Kind.Server, last: 30_000);
        Execute(ours, "DELETE FROM termination_call_detail WHERE position < 6000; DELETE FROM agent_event_detail WHERE position < 6000; UPDATE position SET kept_from = 6000");

        ComparisonResult result = await CompareAsync(ours, theirs);

        Assert.True(result.AreEqual);
        Assert.Equal(24_001, result.Positions);
        Assert.Equal([new OneSided(1, 30_001, Last, result.Ours), new OneSided(1, 1, 5_999, result.Theirs)], result.OneSided);
    }

    [Fact]
    public async Task Histories_that_have_no_position_in_common_are_all_one_sided()
    {
        string ours = Filled(Kind.File, last: 100), theirs = Filled(Kind.File, last: 50);
        Execute(ours, "DELETE FROM termination_call_detail WHERE position < 60; DELETE FROM agent_event_detail WHERE position < 60; UPDATE position SET kept_from = 60");

        ComparisonResult result = await CompareAsync(ours, theirs);

        Assert.Equal((0L, 0L), (result.Positions, result.Rows));
        Assert.Equal([new OneSided(1, 60, 100, result.Ours), new OneSided(1, 1, 50, result.Theirs)], result.OneSided);
    }

    [Fact]
    public async Task A_generation_that_only_one_knows_is_one_sided()
    {
        string ours = Filled(Kind.File, last: 100), theirs = Filled(Kind.File, last: 100);
        using (var second = HistoryDatabase.Open(ours, "main", 2, generationFrom: 80)) second.Write(HistoryDesk.Records(81, 90), 90);

        ComparisonResult result = await CompareAsync(ours, theirs);

        Assert.True(result.AreEqual);
        Assert.Equal([new OneSided(2, 81, 90, result.Ours)], result.OneSided);
    }

    [Fact]
    public async Task What_cannot_be_compared_is_said()
    {
        string main = Filled(Kind.File, 10), other = Filled(Kind.File, 10, "other");

        Assert.Contains("no instance in common", (await Assert.ThrowsAsync<HistoryException>(() => CompareAsync(main, other))).Message);
        Assert.Contains("with itself", (await Assert.ThrowsAsync<HistoryException>(() => CompareAsync(main, main))).Message);
        Assert.Contains("no such file", (await Assert.ThrowsAsync<HistoryException>(() => CompareAsync(main, main + ".not"))).Message);
        Assert.Contains("database", (await Assert.ThrowsAsync<HistoryException>(() => CompareAsync(main, server.AddressOf("nothing")))).Message);
    }

    public void Dispose() => _desks.ForEach(desk => desk.Dispose());
}
