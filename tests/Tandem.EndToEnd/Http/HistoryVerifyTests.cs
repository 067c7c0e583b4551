using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Tandem.EndToEnd.Http;

/// <summary>`history verify` as people use it, over nodes and over files.</summary>
public sealed class HistoryVerifyTests
{
    [Fact]
    public async Task A_nodes_history_equals_its_file_and_a_planted_difference_is_named()
    {
        await using var up = await Up.StartAsync();
        await up.RunAsync("agent", "ana", "login");
        await up.RunAsync("agent", "ana", "not-ready", "lunch");
        string file = Path.Combine(up.Data, "history.sqlite");
        await Eventually.TrueAsync(async () => (await StatusAsync(up)).GetProperty("history").GetProperty("lag").GetInt64() == 0, () => "history to be written");

        (int code, string said, string error) = await up.RunAsync("history", "verify", "--against", file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"theirs  {file}", said);
        Assert.Contains("equal: ", said);

        string url = File.ReadLines(Path.Combine(up.Data, "http")).First();
        (code, said, error) = await up.RunAsync("history", "verify", "--of", file, "--against", url, "--instance", "main", "--token-file", Path.Combine(up.Data, "token"), "--json");
        Assert.Equal((0, ""), (code, error));
        Assert.True(JsonElement.Parse(said).GetProperty("areEqual").GetBoolean());

        string copy = Path.Combine(up.Data, "copy.sqlite");
        Copy(file, copy);
        (code, said, _) = await up.RunAsync("history", "verify", "--against", copy);
        Assert.Equal(1, code);
        Assert.Contains("THEY DIFFER in 1 stretches", said);
        Assert.Contains("agent_event_detail, actor: ours 'admin', theirs 'nobody'", said);

        (code, _, error) = await up.RunAsync("history", "verify");
        Assert.Equal((2, "tandem: there is no other history to compare with: name one with --against\n"), (code, error));
        (code, _, error) = await up.RunAsync("history", "verify", "--against", "/nowhere.sqlite");
        Assert.Equal((3, "tandem: /nowhere.sqlite: there is no such file\n"), (code, error));
        (code, _, error) = await up.RunAsync("history", "verify", "--against", "postgresql://tandem:s3cret@127.0.0.1:9/history");
        Assert.Equal(3, code);
        Assert.StartsWith("tandem: postgresql://tandem@127.0.0.1:9/history: ", error);
        Assert.DoesNotContain("s3cret", error);
    }

    [Fact]
    public async Task Two_nodes_are_compared_over_their_APIs()
    {
        await using var one = await Up.StartAsync();
        await using var other = await Up.StartAsync();
        await one.RunAsync("agent", "ana", "login");
        await other.RunAsync("agent", "bo", "login");
        await Eventually.TrueAsync(async () => (await StatusAsync(one)).GetProperty("history").GetProperty("lag").GetInt64() == 0
            && (await StatusAsync(other)).GetProperty("history").GetProperty("lag").GetInt64() == 0, () => "histories to be written");

        (int code, string said, _) = await one.RunAsync("history", "verify", "--against", other.Data);

        Assert.Equal(1, code);
        Assert.Contains("agent_event_detail", said);
    }

    static async Task<JsonElement> StatusAsync(Up up) => JsonElement.Parse((await up.RunAsync("status", "--json")).Said);

    /// <summary>With what is not in the file itself yet, and with the last row's actor changed.</summary>
    static void Copy(string file, string copy)
    {
        Tandem.History.SystemSqlite.Use();
        using var from = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        using var to = new SqliteConnection($"Data Source={copy};Pooling=False");
        from.Open();
        to.Open();
        from.BackupDatabase(to);
        using SqliteCommand plant = to.CreateCommand();
        plant.CommandText = "UPDATE agent_event_detail SET actor = 'nobody' WHERE position = (SELECT max(position) FROM agent_event_detail)";
        Assert.Equal(1, plant.ExecuteNonQuery());
    }
}
