using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Tandem.EndToEnd.Http;

/// <summary>The executable as people use it: what it prints, and its exit codes.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task A_first_start_a_day_and_a_stop()
    {
        await using var up = await Up.StartAsync();
        Assert.Contains("call      1000 (sales), 1001 (support)", up.Said);
        Assert.Contains("user 101  password ", up.Said);
        Assert.True(File.Exists(Path.Combine(up.Data, "contact-centre.yaml")));

        (int code, string said, string error) = await up.RunAsync("status");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("instance main", said);

        (code, said, _) = await up.RunAsync("agents");
        Assert.Equal(0, code);
        Assert.Contains("Ana Acker", said);
        // Aligned text without frames or colours when it is no terminal.
        Assert.DoesNotContain('\x1b', said);
        Assert.DoesNotContain('│', said);

        (code, said, _) = await up.RunAsync("queues", "--json");
        Assert.Equal(0, code);
        Assert.Equal(2, JsonElement.Parse(said).GetProperty("skillGroups").GetArrayLength());

        (code, said, _) = await up.RunAsync("agent", "ana", "login");
        Assert.Equal((0, "ana is not-ready at phone 101.\n"), (code, said));
        (code, said, _) = await up.RunAsync("agent", "ana", "not-ready", "lunch");
        Assert.Equal((0, "ana is not-ready (lunch) at phone 101.\n"), (code, said));
        (code, said, error) = await up.RunAsync("agent", "ana", "login");
        Assert.Equal((1, "", "tandem: agent 'ana' is logged in already; log out first to change the phone\n"), (code, said, error));
        (code, _, error) = await up.RunAsync("why", "1-4711");
        Assert.Equal(1, code);
        Assert.StartsWith("tandem: ", error);

        string file = Path.Combine(up.Data, "changed.yaml");
        File.WriteAllText(file, File.ReadAllText(Path.Combine(up.Data, "contact-centre.yaml")).Replace("ring-time: 15s", "ring-time: 12s", StringComparison.Ordinal));
        (code, said, _) = await up.RunAsync("apply", file, "--dry-run");
        Assert.Equal((0, "~ skill group support: ring-time 15s → 12s\n1 change, not applied (--dry-run).\n"), (code, said));
        (code, said, _) = await up.RunAsync("apply", file);
        Assert.Equal((0, "~ skill group support: ring-time 15s → 12s\n1 change applied.\n"), (code, said));
        File.AppendAllText(file, "agents:\n  zoe: {phone: 1}\nnonsense: 1\n");
        (code, _, error) = await up.RunAsync("apply", file);
        Assert.Equal(1, code);
        Assert.Contains($"{file}:", error);
        Assert.Contains("nothing was applied", error);

        // A second node finds the folder in use, and leaves it alone.
        (code, _, error) = await up.RunAsync("up", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0");
        Assert.Equal(3, code);
        Assert.Contains("in use", error);
        Assert.Equal(0, (await up.RunAsync("status")).Code);

        Assert.Equal(0, await up.StopAsync());
        (code, _, error) = await up.RunAsync("status");
        Assert.Equal(3, code);
        Assert.Contains("no node is running", error);
    }

    [Fact]
    public async Task A_second_start_keeps_the_passwords_and_shows_what_a_configuration_changes()
    {
        await using var first = await Up.StartAsync();
        Assert.Equal(0, await first.StopAsync());
        string file = Path.Combine(first.Data, "changed.yaml");
        File.WriteAllText(file, File.ReadAllText(Path.Combine(first.Data, "contact-centre.yaml")).Replace("ring-time: 15s", "ring-time: 12s", StringComparison.Ordinal));
        await using var second = await Up.StartAsync(first.Data, "--config", file);
        Assert.Contains("~ skill group support: ring-time 15s → 12s", second.Said);
        Assert.DoesNotContain("password ", second.Said);
        Assert.Contains("phone-passwords", second.Said);
    }

    [Theory]
    [InlineData("agnts", "did you mean 'agents'?")]
    [InlineData("agent ana rady", "did you mean 'ready'?")]
    [InlineData("status --jsno", "did you mean '--json'?")]
    [InlineData("frobnicate", "there is no command 'frobnicate'")]
    [InlineData("why", "CALL")]
    [InlineData("agent ana not-ready", "REASON")]
    [InlineData("history --last many", "many")]
    [InlineData("up --sip 0.0.0.0:5060", "phones need an address to come back to")]
    [InlineData("up --sip nonsense", "HOST:PORT")]
    [InlineData("up --config /nowhere.yaml", "there is no such file")]
    public async Task Wrong_use_is_one_line_and_exit_code_2(string line, string told)
    {
        string data = Directory.CreateTempSubdirectory("tandem-cli-").FullName;
        (int code, string said, string error) = await Up.RunAsync(data, line.Split(' '));
        Assert.Equal((2, ""), (code, said));
        Assert.Contains(told, error);
        Assert.DoesNotContain("   at ", error);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Without_a_node_every_command_says_so()
    {
        string data = Directory.CreateTempSubdirectory("tandem-cli-").FullName;
        (int code, _, string error) = await Up.RunAsync(data, ["calls"]);
        Assert.Equal((3, $"tandem: no node is running on {data}: start it with ./tandem up (--data DIR for another folder)\n"), (code, error));
        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_in_use_is_one_line_and_exit_code_3(bool http)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string busy = taken.LocalEndpoint.ToString()!, data = Directory.CreateTempSubdirectory("tandem-cli-").FullName;
        (int code, _, string error) = await Up.RunAsync(data, ["up", "--sip", http ? "127.0.0.1:0" : busy, "--http", http ? busy : "127.0.0.1:0"]);
        Assert.Equal(3, code);
        Assert.Contains(http ? "--http" : "--sip", Assert.Single(error.TrimEnd().Split('\n')));
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_wrong_configuration_starts_nothing()
    {
        string data = Directory.CreateTempSubdirectory("tandem-cli-").FullName, file = Path.Combine(data, "wrong.yaml");
        File.WriteAllText(file, "agents:\n  ana: {phone: 1}\n  bo: {phone: 2}\n");
        (int code, _, string error) = await Up.RunAsync(data, ["up", "--config", file]);
        Assert.Equal(2, code);
        Assert.Contains($"{file}:2", error);
        Assert.Contains($"{file}:3", error);
        Assert.False(Directory.Exists(Path.Combine(data, "journal")));
        Directory.Delete(data, recursive: true);
    }
}
