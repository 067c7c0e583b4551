using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tandem.Sip;

public enum DigestVerdict : byte
{
    /// <summary>The request proves its user.</summary>
    Good,

    /// <summary>No credentials for our realm: challenge.</summary>
    Missing,

    /// <summary>The proof is right but its nonce too old or used with this count before: challenge with stale=true.</summary>
    Stale,

    /// <summary>Wrong proof, unknown user, foreign nonce, nothing tells which: challenge again.</summary>
    Bad,
}

public sealed record DigestServerOptions
{
    public required string Realm { get; init; }

    /// <summary>Key of the nonces; the same on all nodes that shall accept each other's.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Order of the challenges; the client takes the first it knows (RFC 8760 §2.3).</summary>
    public IReadOnlyList<DigestAlgorithm> Algorithms { get; init; } = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5];

    public TimeSpan NonceValidity { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Nonces whose counts are remembered against replay; one phone uses one. The oldest goes first and turns stale.</summary>
    public int NoncesMax { get; init; } = 50_000;

    /// <summary>Answer clients that send no qop (RFC 3261 §22.4).</summary>
    public bool AllowsNoQop { get; init; } = true;
}

/// <summary>H(user:realm:password) of a user in lower-case hexadecimal; null: no such user, or not kept in that algorithm.</summary>
public delegate string? Ha1Lookup(string user, DigestAlgorithm algorithm);

/// <summary>
/// Server side of digest authentication. RFC 7616, RFC 8760. Nonces carry their own time and seal, so any node can check them.
/// Not thread-safe.
/// </summary>
public sealed class DigestServer(DigestServerOptions options)
{
    const int SealBytes = 16;
    const int NonceBytes = 8 + SealBytes;

    readonly Dictionary<ulong, uint> _counts = [];
    readonly Queue<ulong> _oldest = new();
    readonly Dictionary<DigestAlgorithm, string> _nobody = options.Algorithms.ToDictionary(a => a, a => a.Ha1("nobody", options.Realm, Convert.ToHexString(options.Secret)));

    /// <summary>The WWW-Authenticate lines (Proxy-Authenticate when <paramref name="isProxy"/>) of a challenge, all with one nonce.</summary>
    /// <param name="wallSeconds">Time shared by the nodes that accept each other's nonces.</param>
    public byte[] Challenge(long wallSeconds, ReadOnlySpan<byte> salt, bool stale = false, bool isProxy = false)
    {
        string nonce = Nonce(wallSeconds, salt);
        var text = new StringBuilder();
        foreach (DigestAlgorithm algorithm in options.Algorithms)
        {
            text.Append(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate").Append(": Digest realm=\"").Append(options.Realm)
                .Append("\", nonce=\"").Append(nonce).Append("\", algorithm=").Append(algorithm.Name()).Append(", qop=\"auth\"");
            if (stale) text.Append(", stale=true");
            text.Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Checks the credentials of a request. On Good and Stale <paramref name="user"/> is who proved to be there.</summary>
    public DigestVerdict Verify(SipMessage request, Ha1Lookup ha1, long wallSeconds, out string user, bool isProxy = false)
    {
        user = "";
        var verdict = DigestVerdict.Missing;
        foreach (ReadOnlySpan<byte> value in request.Headers(isProxy ? HeaderKind.ProxyAuthorization : HeaderKind.Authorization))
        {
            if (!DigestFields.TryParse(value, out DigestFields fields) || !RealmIs(fields.Realm)) continue;
            verdict = Verify(fields, request.MethodName, ha1, wallSeconds, out user);
            if (verdict == DigestVerdict.Good) return verdict;
        }
        return verdict;
    }

    bool RealmIs(ReadOnlySpan<byte> realm) => Encoding.UTF8.GetString(realm) == options.Realm;

    DigestVerdict Verify(in DigestFields fields, ReadOnlySpan<byte> method, Ha1Lookup lookup, long wallSeconds, out string user)
    {
        user = "";
        if (!DigestAlgorithms.TryParse(fields.Algorithm, out DigestAlgorithm algorithm) || !options.Algorithms.Contains(algorithm)) return DigestVerdict.Bad;
        bool hasQop = Ascii.EqualsIgnoreCase(fields.Qop, "auth"u8);
        if (!hasQop && (!fields.Qop.IsEmpty || !options.AllowsNoQop)) return DigestVerdict.Bad;

        // An unknown user costs the same work as a known one with a wrong password.
        string name = Encoding.UTF8.GetString(fields.UserName).Replace("\\\"", "\"").Replace("\\\\", "\\");
        string? known = lookup(name, algorithm);
        byte[] ha1 = Encoding.ASCII.GetBytes(known ?? _nobody[algorithm]);
        byte[] expected = algorithm.Response(ha1, fields.Nonce, fields.Nc, fields.CNonce, hasQop ? fields.Qop : default, method, fields.Uri);
        bool isProof = CryptographicOperations.FixedTimeEquals(expected, fields.Response);
        bool isOurs = TryReadNonce(fields.Nonce, out long madeAt, out ulong id);
        if (!isProof || !isOurs || known is null) return DigestVerdict.Bad;

        user = name;
        if (wallSeconds - madeAt > (long)options.NonceValidity.TotalSeconds || madeAt > wallSeconds + 60) return DigestVerdict.Stale;
        if (!hasQop) return DigestVerdict.Good;
        return uint.TryParse(fields.Nc, System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint count) && Count(id, count) ? DigestVerdict.Good : DigestVerdict.Stale;
    }

    // A count must grow (RFC 7616 §5.12).
    bool Count(ulong nonce, uint count)
    {
        if (_counts.TryGetValue(nonce, out uint last))
        {
            if (count <= last) return false;
        }
        else
        {
            if (_oldest.Count >= options.NoncesMax) _counts.Remove(_oldest.Dequeue());
            _oldest.Enqueue(nonce);
        }
        _counts[nonce] = count;
        return true;
    }

    // Seconds, and a seal over them and what the user gave to tell nonces of one second apart; both in hexadecimal, the salt folded to 4 bytes.
    string Nonce(long wallSeconds, ReadOnlySpan<byte> salt)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(options.Secret, salt, hash);
        BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)wallSeconds);
        hash[..4].CopyTo(nonce[4..]);
        Seal(nonce[..8], nonce[8..]);
        return Convert.ToHexStringLower(nonce);
    }

    void Seal(ReadOnlySpan<byte> head, Span<byte> seal)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(options.Secret, head, hash);
        hash[..SealBytes].CopyTo(seal);
    }

    bool TryReadNonce(ReadOnlySpan<byte> text, out long madeAt, out ulong id)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Span<byte> seal = stackalloc byte[SealBytes];
        madeAt = 0;
        id = 0;
        if (text.Length != NonceBytes * 2 || Convert.FromHexString(text, nonce, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        Seal(nonce[..8], seal);
        madeAt = BinaryPrimitives.ReadUInt32BigEndian(nonce);
        id = BinaryPrimitives.ReadUInt64BigEndian(nonce);
        return CryptographicOperations.FixedTimeEquals(seal, nonce[8..]);
    }
}
