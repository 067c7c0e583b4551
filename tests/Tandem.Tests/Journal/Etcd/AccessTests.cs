using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tandem.Journal;

namespace Tandem.Tests.Journal.Etcd;

/// <summary>Who may come in: TLS, user and password; and what refusals sound like.</summary>
public class AccessTests
{
    static async Task GrantAsync(EtcdCluster cluster)
    {
        await cluster.AskAsync(0, "auth/user/add", new { name = "root", password = "r" });
        await cluster.AskAsync(0, "auth/user/grant", new { user = "root", role = "root" });
        await cluster.AskAsync(0, "auth/user/add", new { name = "tandem", password = "secret" });
        await cluster.AskAsync(0, "auth/role/add", new { name = "tandem" });
        await cluster.AskAsync(0, "auth/role/grant", new
        {
            name = "tandem", perm = new { permType = "READWRITE", key = EtcdCluster.Base64("/tandem/"), range_end = EtcdCluster.Base64("/tandem0") },
        });
        await cluster.AskAsync(0, "auth/user/grant", new { user = "tandem", role = "tandem" });
        await cluster.AskAsync(0, "auth/enable", new { });
    }

    [Fact]
    public async Task User_and_password_are_asked_for_and_the_token_renewed()
    {
        // Tokens live for two seconds without use.
        await using EtcdCluster cluster = await EtcdCluster.StartAsync(1, "--auth-token-ttl", "2");
        await GrantAsync(cluster);
        EtcdOptions known = cluster.Options() with { User = "tandem", Password = "secret" };
        await using Side a = await Side.OpenAsync(known, "A", Side.Options with { KeepEvery = TimeSpan.FromHours(1) });
        a.ProposeMany(10);
        a.Reader.WaitFor(10);
        await Task.Delay(TimeSpan.FromSeconds(4));      // both tokens are gone; the watch had been let in
        a.ProposeMany(10);
        a.Reader.WaitFor(20);

        EtcdException wrong = await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(known with { Password = "guess" }, "B"));
        Assert.Equal(EtcdError.Denied, wrong.Error);
        Assert.Contains("invalid user ID or password", wrong.Message);
        EtcdException nobody = await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(cluster.Options(), "B"));
        Assert.Contains("user name is empty", nobody.Message);
        EtcdException elsewhere = await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(known with { Prefix = "/other" }, "B"));
        Assert.Contains("permission denied", elsewhere.Message);
    }

    [Fact]
    public async Task Over_TLS_only_the_right_certificates_come_in()
    {
        using var folder = new TemporaryFolder();
        (string ca, _) = Certificate(folder, "ca", null);
        (string server, string serverKey) = Certificate(folder, "server", ca);
        (string client, string clientKey) = Certificate(folder, "client", ca);
        (string otherCa, _) = Certificate(folder, "other", null);
        await using EtcdCluster cluster = EtcdCluster.StartTls("--cert-file", server, "--key-file", serverKey, "--trusted-ca-file", ca, "--client-cert-auth");
        EtcdOptions known = cluster.Options() with { CaFile = ca, CertificateFile = client, KeyFile = clientKey };
        await using (Side a = await Side.OpenAsync(known, "A"))
        {
            a.ProposeMany(100);
            a.Reader.WaitFor(100);
        }
        EtcdJournalOptions impatient = Side.Options with { StartPatience = TimeSpan.FromMilliseconds(300) };
        EtcdException stranger = await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(known with { CaFile = otherCa }, "A", impatient));
        Assert.Contains("TLS", stranger.Message);
        await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(known with { CertificateFile = null, KeyFile = null }, "A", impatient));
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_told_in_one_line()
    {
        var nowhere = new EtcdOptions { Endpoints = [$"http://127.0.0.1:{EtcdCluster.FreePort()}"], Instance = "acme" };
        EtcdException refused = await Assert.ThrowsAsync<EtcdException>(() => Side.OpenAsync(nowhere, "A", Side.Options with { StartPatience = TimeSpan.FromMilliseconds(200) }));
        Assert.StartsWith("etcd does not answer (127.0.0.1:", refused.Message);
        Assert.Contains("refused", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    /// <summary>PEM files of a certificate and its key; without an issuer its own authority.</summary>
    static (string Certificate, string Key) Certificate(TemporaryFolder folder, string name, string? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), to = from.AddDays(1);
        X509Certificate2 made;
        if (issuer is null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            made = request.CreateSelfSigned(from, to);
        }
        else
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
            using X509Certificate2 authority = X509Certificate2.CreateFromPemFile(issuer, Path.ChangeExtension(issuer, ".key"));
            made = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        }
        using (made)
            return (folder.Write($"{name}.pem", made.ExportCertificatePem()), folder.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()));
    }
}
