using System.Globalization;
using Npgsql;

namespace Tandem.History;

/// <summary>
/// Where a history is: a SQLite file by its path, or a PostgreSQL database by <c>postgresql://user@host:5432/database?sslmode=…</c>
/// or Npgsql's keywords (<c>Host=…;Username=…;Database=…</c>). Its text never holds a password.
/// </summary>
/// <remarks>
/// The password: written in it (for trials), in the file named by <c>passwordfile</c>, in the variable
/// <see cref="PasswordVariable"/>, or where libpq has it (<c>passfile</c>, PGPASSFILE, PGPASSWORD, ~/.pgpass), in this order.
/// </remarks>
public sealed class HistoryAddress
{
    public const string PasswordVariable = "TANDEM_HISTORY_PASSWORD";

    /// <summary>libpq's names in a URI that Npgsql calls otherwise.</summary>
    static readonly Dictionary<string, string> s_keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username",
        ["dbname"] = "Database",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["target_session_attrs"] = "Target Session Attributes",
        ["options"] = "Options",
    };

    readonly NpgsqlConnectionStringBuilder? _postgres;
    readonly string? _passwordFile;

    HistoryAddress(string file) => File = file;

    HistoryAddress(IEnumerable<(string Key, string Value)> settings)
    {
        // Short waits: the logger tries again by itself, and a stopping node waits for it.
        var postgres = new NpgsqlConnectionStringBuilder
        {
            Timeout = 5,
            CommandTimeout = 10,
            CancellationTimeout = 1000,
            ApplicationName = "tandem",
            Pooling = false,
            IncludeErrorDetail = false,
        };
        foreach ((string key, string value) in settings)
        {
            if (key.Replace("_", "").Replace(" ", "").Equals("passwordfile", StringComparison.OrdinalIgnoreCase))
            {
                _passwordFile = value;
                continue;
            }
            string keyword = s_keywords.GetValueOrDefault(key, key);
            try
            {
                postgres[keyword] = keyword is "SSL Mode" or "Target Session Attributes" ? value.Replace("-", "") : value;
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
            {
                // Not the driver's words, which would repeat the value.
                throw new HistoryAddressException($"'{key}' is no setting of a PostgreSQL connection, or its value does not fit (docs/operating/history.md lists those that are needed)");
            }
        }
        postgres.Pooling = false;
        if (string.IsNullOrEmpty(postgres.Host)) throw new HistoryAddressException("the history's PostgreSQL connection names no host; write postgresql://USER@HOST/DATABASE, or ?host=/run/postgresql for the local socket");
        if (string.IsNullOrEmpty(postgres.Database)) throw new HistoryAddressException($"the history's PostgreSQL connection to {postgres.Host} names no database; write postgresql://USER@HOST/DATABASE");
        _postgres = postgres;
    }

    /// <summary>Null: a PostgreSQL database.</summary>
    public string? File { get; }

    /// <exception cref="HistoryAddressException">With a line for people, without the password.</exception>
    public static HistoryAddress Parse(string text)
    {
        if (text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase))
            return new HistoryAddress(SettingsOf(text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..]));
        if (!LooksLikeKeywords(text)) return new HistoryAddress(text);
        var keywords = new System.Data.Common.DbConnectionStringBuilder();
        try
        {
            keywords.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw new HistoryAddressException("the history's connection is not written as Host=…;Database=…;Username=…");
        }
        return new HistoryAddress(keywords.Keys.Cast<string>().Select(key => (key, Convert.ToString(keywords[key], CultureInfo.InvariantCulture)!)));
    }

    /// <summary>Where a node's history is: what it was told, else a file in its data directory.</summary>
    public static HistoryAddress Of(string? connection, string dataDirectory) => Parse(connection ?? Path.Combine(dataDirectory, "history.sqlite"));

    /// <summary>A PostgreSQL connection with the file that its password is read from.</summary>
    public static string WithPasswordFile(string connection, string file) =>
        connection.Contains("://", StringComparison.Ordinal) ? $"{connection}{(connection.Contains('?') ? '&' : '?')}passwordfile={Uri.EscapeDataString(file)}"
        : $"{connection.TrimEnd(';')};Password File=\"{file.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static bool LooksLikeKeywords(string text) => text.Split(';').Any(static part =>
        part.Split('=') is [string key, _, ..] && (key.Trim().Equals("Host", StringComparison.OrdinalIgnoreCase) || key.Trim().Equals("Server", StringComparison.OrdinalIgnoreCase)));

    /// <summary>user:password@host:port,host:port/database?key=value, each part percent-encoded; all parts may be missing.</summary>
    static IEnumerable<(string, string)> SettingsOf(string uri)
    {
        (string path, string query) = Cut(uri, '?');
        (string authority, string database) = Cut(path, '/');
        int at = authority.LastIndexOf('@');
        (string user, string password) = Cut(at < 0 ? "" : authority[..at], ':');
        string hosts = authority[(at + 1)..];
        if (user.Length > 0) yield return ("Username", Uri.UnescapeDataString(user));
        if (password.Length > 0) yield return ("Password", Uri.UnescapeDataString(password));
        if (database.Length > 0) yield return ("Database", Uri.UnescapeDataString(database));
        if (hosts.Length > 0 && !hosts.Contains(',') && hosts.LastIndexOf(':') is var colon and > 0 && !hosts.EndsWith(']'))
        {
            yield return ("Port", hosts[(colon + 1)..]);
            hosts = hosts[..colon];
        }
        if (hosts.Length > 0) yield return ("Host", Uri.UnescapeDataString(hosts.Trim('[', ']')));
        foreach (string setting in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            (string key, string value) = Cut(setting, '=');
            yield return (Uri.UnescapeDataString(key), Uri.UnescapeDataString(value));
        }
    }

    static (string, string) Cut(string text, char at) => text.IndexOf(at) is var found and >= 0 ? (text[..found], text[(found + 1)..]) : (text, "");

    /// <summary>For the driver; with the password, so never to be shown. The password's file is read each time: it may have been changed.</summary>
    /// <exception cref="HistoryException">The password's file cannot be read.</exception>
    internal string ConnectionString()
    {
        if (_postgres is null) throw new InvalidOperationException("a file");
        var whole = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString);
        if (string.IsNullOrEmpty(whole.Password)) whole.Password = _passwordFile is null ? Environment.GetEnvironmentVariable(PasswordVariable) : PasswordIn(_passwordFile);
        return whole.ConnectionString;
    }

    static string PasswordIn(string file)
    {
        try
        {
            const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
                throw new HistoryException($"{file} holds a password and others may read it: chmod 600 {file}");
            return System.IO.File.ReadLines(file).FirstOrDefault("").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HistoryException($"the history's password cannot be read: {e.Message}");
        }
    }

    public override string ToString()
    {
        if (_postgres is null) return File!;
        string host = _postgres.Host!;
        string user = string.IsNullOrEmpty(_postgres.Username) ? "" : $"{_postgres.Username}@";
        return host.StartsWith('/') ? $"postgresql://{user}/{_postgres.Database}?host={host}" : $"postgresql://{user}{host}:{_postgres.Port}/{_postgres.Database}";
    }
}

/// <summary>What was written as a history's place is none.</summary>
public sealed class HistoryAddressException(string message) : HistoryException(message);

/// <summary>A history that cannot be used as it is, in a line for people.</summary>
public class HistoryException(string message) : Exception(message);
