using System.Security.Cryptography;
using System.Text;
using Tandem.Core;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// Call-IDs, tags and branches. All follow from a leg's id and the instance's key: the same after a crash, so that a request
/// sent again is a retransmission; and not to be guessed by others, as RFC 3261 §19.3 asks of tags.
/// </summary>
sealed class Identifiers(string instance, ReadOnlyMemory<byte> instanceKey)
{
    readonly byte[] _key = SHA256.HashData(Encoding.ASCII.GetBytes("tandem sip identifiers").Concat(instanceKey.ToArray()).ToArray());

    // Of the leg asked for last: a leg's identifiers are needed together, and all are parts of one hash.
    readonly byte[] _hash = new byte[HMACSHA256.HashSizeInBytes];
    long? _hashed;

    /// <summary>Our tag in the leg's dialog.</summary>
    public byte[] Tag(LegId leg) => Encoding.ASCII.GetBytes($"{leg}.{Keyed(leg, 0)}");

    /// <summary>The Call-ID of a leg that we call.</summary>
    public byte[] CallId(LegId leg) => Encoding.ASCII.GetBytes($"{leg}.{Keyed(leg, 1)}@{instance}");

    /// <summary>The branch of the request with this CSeq in the leg's dialog; an ACK of a 2xx has one of its own.</summary>
    public byte[] Branch(LegId leg, uint cseq, bool ack = false) =>
        Encoding.ASCII.GetBytes($"z9hG4bK{leg}.{Keyed(leg, 2)}.{cseq}{(ack ? "a" : "")}");

    /// <summary>64 bits of the leg's hash, others for each purpose.</summary>
    string Keyed(LegId leg, int purpose)
    {
        if (_hashed != leg.Value)
        {
            Span<byte> of = stackalloc byte[sizeof(long)];
            BitConverter.TryWriteBytes(of, leg.Value);
            HMACSHA256.HashData(_key, of, _hash);
            _hashed = leg.Value;
        }
        return Convert.ToHexStringLower(_hash.AsSpan(purpose * 8, 8));
    }
}
