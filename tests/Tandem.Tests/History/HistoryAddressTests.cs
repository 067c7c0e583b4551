using Npgsql;
using Tandem.History;

namespace Tandem.Tests.History;

public sealed class HistoryAddressTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static NpgsqlConnectionStringBuilder Settings(string text) => new(HistoryAddress.Parse(text).ConnectionString());

    [Theory]
    [InlineData("/var/lib/tandem/history.sqlite")]
    [InlineData("data/a=b.sqlite")]
    public void A_path_is_a_file(string path) => Assert.Equal((path, path), (HistoryAddress.Parse(path).File, HistoryAddress.Parse(path).ToString()));

    [Theory]
    [InlineData("postgresql://tandem:s3cret%2F@db.example:5433/history?sslmode=verify-full&connect_timeout=3", "postgresql://tandem@db.example:5433/history")]
    [InlineData("Host=db.example;Port=5433;Username=tandem;Password=s3cret/;Database=history;SSL Mode=VerifyFull;Timeout=3", "postgresql://tandem@db.example:5433/history")]
    public void A_connection_is_shown_without_its_password(string text, string shown)
    {
        Assert.Equal(shown, HistoryAddress.Parse(text).ToString());
        NpgsqlConnectionStringBuilder settings = Settings(text);
        Assert.Equal(("db.example", 5433, "tandem", "s3cret/", "history", SslMode.VerifyFull, 3, false),
            (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database, settings.SslMode, settings.Timeout, settings.Pooling));
    }

    [Fact]
    public void A_local_socket_is_a_host()
    {
        Assert.Equal("postgresql://tandem@/tandem_a?host=/run/postgresql", HistoryAddress.Parse("postgresql://tandem@/tandem_a?host=/run/postgresql").ToString());
        Assert.Equal("/run/postgresql", Settings("postgresql://tandem@/tandem_a?host=/run/postgresql").Host);
    }

    [Fact]
    public void The_password_is_read_from_its_file_each_time()
    {
        string file = _folder.Write("password", "first\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var address = HistoryAddress.Parse(HistoryAddress.WithPasswordFile("postgresql://tandem@localhost/history", file));
        Assert.Equal("first", Settings(HistoryAddress.WithPasswordFile("Host=localhost;Username=tandem;Database=history;", file)).Password);
        Assert.Equal("first", Settings(HistoryAddress.WithPasswordFile("postgresql://tandem@localhost/history?sslmode=disable", file)).Password);
        Assert.Equal("first", new NpgsqlConnectionStringBuilder(address.ConnectionString()).Password);
        File.WriteAllText(file, "second");
        Assert.Equal("second", new NpgsqlConnectionStringBuilder(address.ConnectionString()).Password);
        Assert.DoesNotContain("second", address.ToString());

        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<HistoryException>(address.ConnectionString).Message);
        File.Delete(file);
        Assert.Contains("cannot be read", Assert.Throws<HistoryException>(address.ConnectionString).Message);
    }

    [Theory]
    [InlineData("postgresql://db.example/history?sslmode=s3cret", "sslmode")]
    [InlineData("postgresql://db.example:s3cret/history", "Port")]
    [InlineData("postgresql://tandem@db.example", "names no database")]
    [InlineData("postgresql:///history", "names no host")]
    [InlineData("Host=db.example;Database=history;Pasword=s3cret", "pasword")]
    public void What_is_wrong_is_said_without_the_values(string text, string said)
    {
        string message = Assert.Throws<HistoryAddressException>(() => HistoryAddress.Parse(text)).Message;
        Assert.Contains(said, message);
        Assert.DoesNotContain("s3cret", message);
    }

    public void Dispose() => _folder.Dispose();
}
