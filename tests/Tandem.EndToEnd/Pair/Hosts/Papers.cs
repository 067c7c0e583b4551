using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tandem.EndToEnd.Pair;

/// <summary>A certificate authority and one certificate for all hosts: what a pair over a network must have.</summary>
static class Papers
{
    public const string Ca = "ca.pem", Certificate = "host.pem", Key = "host.key", Pkcs12 = "host.p12";

    public static void WriteTo(string folder, IEnumerable<string> addresses)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddHours(-1), until = from.AddDays(2);
        using ECDsa caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256), hostKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=tandem e2e", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 ca = caRequest.CreateSelfSigned(from, until);
        var request = new CertificateRequest("CN=host", hostKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string address in addresses) names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using X509Certificate2 signed = request.Create(ca, from, until, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 host = signed.CopyWithPrivateKey(hostKey);
        File.WriteAllText(Path.Combine(folder, Ca), ca.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, Certificate), host.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, Key), hostKey.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(Path.Combine(folder, Key), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(Path.Combine(folder, Pkcs12), host.Export(X509ContentType.Pkcs12));
    }
}
