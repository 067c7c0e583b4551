using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace Tandem.EndToEnd;

/// <summary>What keeps a node from starting: one clear line, the right exit code, nothing of our insides.</summary>
public sealed class BadInputTests
{
    const int CannotStart = 3, Usage = 2;

    static async Task EndsWithAsync(TandemProcess node, int code, params string[] says)
    {
        node.Launch();
        int ended = await node.ExitCodeAsync();
        await Task.Delay(100);
        string errors = node.Errors.Trim();
        Assert.True(ended == code, $"exit code {ended}: {errors}");
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n'));
        foreach (string word in says) Assert.Contains(word, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketType.Dgram)]
    [InlineData(SocketType.Stream)]
    public async Task The_SIP_port_is_in_use(SocketType type)
    {
        await using var node = new TandemProcess();
        node.Configure(new Centre());
        using var other = new Socket(type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        other.Bind(node.Sip);
        if (type == SocketType.Stream) other.Listen();
        await EndsWithAsync(node, CannotStart, node.Sip.Port.ToString(), "--sip");
    }

    [Fact]
    public async Task The_HTTP_port_is_in_use()
    {
        await using var node = new TandemProcess();
        node.Configure(new Centre());
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        other.Bind(node.Http);
        other.Listen();
        await EndsWithAsync(node, CannotStart, node.Http.Port.ToString(), "--http");
    }

    [Fact]
    public async Task The_data_directory_belongs_to_a_running_node()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre());
        await using var second = new TandemProcess { Data = node.Data };
        second.Configure(new Centre());
        await EndsWithAsync(second, CannotStart, node.Data);
        Assert.Equal(HttpStatusCode.OK, await node.HealthAsync());
    }

    [Fact]
    public async Task History_is_of_a_newer_release()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre());
        await node.StopAsync();
        Tandem.History.SystemSqlite.Use();
        using (var connection = new SqliteConnection($"Data Source={node.HistoryPath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 1000";
            command.ExecuteNonQuery();
        }
        await EndsWithAsync(node, CannotStart, node.HistoryPath, "newer");
    }

    [Fact]
    public async Task The_journal_is_of_a_newer_release()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre());
        await node.StopAsync();
        string segment = Segment(node);
        byte[] header = new byte[512];
        using (FileStream file = File.Open(segment, FileMode.Open, FileAccess.ReadWrite))
        {
            file.ReadExactly(header);
            header[8] = 200;
            BitConverter.TryWriteBytes(header.AsSpan(508), Crc32C(header.AsSpan(0, 508)));
            file.Position = 0;
            file.Write(header);
        }
        await EndsWithAsync(node, CannotStart, segment, "newer");
    }

    static string Segment(TandemProcess node) => Directory.GetFiles(Path.Combine(node.Data, "journal"), "journal-*.log").Order(StringComparer.Ordinal).First();

    static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes) crc = System.Numerics.BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    [Fact]
    public async Task A_damaged_journal_is_told_with_file_and_position()
    {
        await using var node = new TandemProcess();
        await node.UpAsync(new Centre());
        await Task.Delay(1_500);
        await node.KillAsync();
        string segment = Segment(node);
        using (FileStream file = File.Open(segment, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 700;
            int was = file.ReadByte();
            file.Position = 700;
            file.WriteByte((byte)(was ^ 0x40));
        }
        await EndsWithAsync(node, CannotStart, segment);
    }

    [Fact]
    public async Task A_configuration_with_errors_starts_nothing()
    {
        await using var node = new TandemProcess();
        File.WriteAllText(node.ConfigurationPath, "instance: main\ndialed-numbers:\n  1000: nowhere\n");
        node.Launch();
        Assert.Equal(Usage, await node.ExitCodeAsync());
        Assert.Contains("contact-centre.yaml:3", node.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", node.Errors, StringComparison.Ordinal);
    }
}
