using System.Security.Cryptography;
using System.Text;

namespace Tandem.Sip;

/// <summary>RFC 7616 §6.1, RFC 8760. SHA-512-256 has no .NET implementation and is left out.</summary>
public enum DigestAlgorithm : byte
{
    Md5,
    Sha256,
}

public static class DigestAlgorithms
{
    public static string Name(this DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Md5 ? "MD5" : "SHA-256";

    /// <summary>False: unknown, or a -sess variant. An absent name is MD5 (RFC 7616 §3.3).</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out DigestAlgorithm algorithm)
    {
        algorithm = Ascii.EqualsIgnoreCase(name, "SHA-256"u8) ? DigestAlgorithm.Sha256 : DigestAlgorithm.Md5;
        return algorithm == DigestAlgorithm.Sha256 || name.IsEmpty || Ascii.EqualsIgnoreCase(name, "MD5"u8);
    }

    /// <summary>Lower-case hexadecimal H(user:realm:password): all that a server needs to keep.</summary>
    public static string Ha1(this DigestAlgorithm algorithm, string user, string realm, string password) =>
        Encoding.ASCII.GetString(algorithm.Hash(Encoding.UTF8.GetBytes($"{user}:{realm}:{password}")));

    /// <summary>Hash in lower-case hexadecimal.</summary>
    internal static byte[] Hash(this DigestAlgorithm algorithm, ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[32];
        int length = algorithm == DigestAlgorithm.Md5 ? MD5.HashData(text, hash) : SHA256.HashData(text, hash);
        byte[] hex = new byte[length * 2];
        Convert.TryToHexStringLower(hash[..length], hex, out _);
        return hex;
    }

    /// <summary>RFC 7616 §3.4.1; without qop the form of RFC 2069 that RFC 3261 §22.4 keeps.</summary>
    internal static byte[] Response(
        this DigestAlgorithm algorithm, ReadOnlySpan<byte> ha1, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> nc, ReadOnlySpan<byte> cnonce,
        ReadOnlySpan<byte> qop, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        byte[] ha2 = algorithm.Hash([.. method, (byte)':', .. uri]);
        return qop.IsEmpty
            ? algorithm.Hash([.. ha1, (byte)':', .. nonce, (byte)':', .. ha2])
            : algorithm.Hash([.. ha1, (byte)':', .. nonce, (byte)':', .. nc, (byte)':', .. cnonce, (byte)':', .. qop, (byte)':', .. ha2]);
    }
}
