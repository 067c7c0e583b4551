using System.Diagnostics;
using Npgsql;

namespace Tandem.Tests.History;

/// <summary>A PostgreSQL server of its own, on a socket in a temporary folder. As root it runs as nobody: the server refuses root.</summary>
public sealed class PostgresServer : IDisposable
{
    const string InstalledBelow = "/usr/lib/postgresql";
    readonly string _folder = Directory.CreateTempSubdirectory("tandem-pg-").FullName;
    readonly string _binaries;
    readonly bool _quick;
    Process? _server;
    int _databases;

    public PostgresServer()
        : this(quick: true)
    {
    }

    /// <summary>One that flushes to disk, as in production.</summary>
    public static PostgresServer Durable() => new(quick: false);

    /// <param name="quick">Nothing is flushed to disk: tests kill processes, not machines.</param>
    PostgresServer(bool quick)
    {
        _quick = quick;
        _binaries = Directory.Exists(InstalledBelow)
            ? Directory.GetDirectories(InstalledBelow).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres"))).Order().LastOrDefault() ?? ""
            : "";
        if (_binaries.Length == 0) throw new InvalidOperationException("PostgreSQL is missing: apt-get install -y postgresql (./tandem test does it)");
        if (Environment.IsPrivilegedProcess) Run("chown", "nobody", _folder);
        Run([.. AsNobody, Path.Combine(_binaries, "initdb"), "-D", Data, "-A", "trust", "-U", "tandem", "-E", "UTF8", "--locale=C", .. quick ? ["--no-sync"] : Array.Empty<string>()]);
        Start();
    }

    string Data => Path.Combine(_folder, "data");

    static string[] AsNobody => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];

    public string AddressOf(string database) => $"postgresql://tandem@/{database}?host={_folder}";

    /// <summary>The address of a new, empty database.</summary>
    public string NewDatabase()
    {
        string name = $"history_{++_databases}";
        Execute(AddressOf("postgres"), $"CREATE DATABASE {name}");
        return AddressOf(name);
    }

    public void Execute(string address, string sql) => Query(address, sql);

    /// <summary>The values of all rows, each row's joined by a point.</summary>
    public string[] Query(string address, string sql)
    {
        using var connection = new NpgsqlConnection($"Host={_folder};Username=tandem;Database={NameIn(address)};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        using NpgsqlDataReader row = command.ExecuteReader();
        var rows = new List<string>();
        while (row.Read()) rows.Add(string.Join('.', Enumerable.Range(0, row.FieldCount).Select(row.GetValue)));
        return [.. rows];
    }

    public static string NameIn(string address) => address.Split('?')[0].Split('/')[^1];

    public void Start()
    {
        var until = Stopwatch.StartNew();
        while (true)
        {
            if (_server is null or { HasExited: true }) _server = Launch();
            try
            {
                Execute(AddressOf("postgres"), "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (until.Elapsed < TimeSpan.FromSeconds(30))
            {
                Thread.Sleep(30);
            }
        }
    }

    Process Launch()
    {
        string[] command = [.. AsNobody, Path.Combine(_binaries, "postgres"), "-D", Data, "-k", _folder, "-h", "",
            "-c", $"fsync={(_quick ? "off" : "on")}", "-c", "max_connections=30", "-c", "logging_collector=off"];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        Process server = Process.Start(start)!;
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        return server;
    }

    /// <summary>kill -9 of the server and all of its processes.</summary>
    public void Kill()
    {
        int parent = _server!.Id;
        int[] all = [parent, .. ChildrenOf(parent)];
        Run(["kill", "-KILL", .. all.Select(id => $"{id}")]);
        _server.WaitForExit();
        _server = null;
    }

    /// <summary>In good order; connections are cut.</summary>
    public void Stop()
    {
        if (_server is null) return;
        Run("kill", "-INT", $"{_server.Id}");
        _server.WaitForExit();
        _server = null;
    }

    static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (string process in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out int id)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(process, "stat"));
            }
            catch (IOException)
            {
                continue;
            }
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{parent}") yield return id;
        }
    }

    static void Run(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 && command[0] != "kill") throw new InvalidOperationException($"{string.Join(' ', command)}: {error}");
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }
}
