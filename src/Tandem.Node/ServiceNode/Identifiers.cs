using System.Security.Cryptography;
using System.Text;
using Tandem.Core.Calls;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// Call-IDs, tags and branches. All follow from a leg's id and the instance's key: the same after a crash, so that a request
/// sent again is a retransmission; and not to be guessed by others, as RFC 3261 §19.3 asks of tags.
/// </summary>
sealed class Identifiers(string instance, ReadOnlyMemory<byte> instanceKey)
{
    readonly byte[] _key = SHA256.HashData(Encoding.ASCII.GetBytes("tandem sip identifiers").Concat(instanceKey.ToArray()).ToArray());

    /// <summary>Our tag in the leg's dialog.</summary>
    public byte[] Tag(Leg leg) => Encoding.ASCII.GetBytes($"{leg.Id}.{Keyed(leg, 't')}");

    /// <summary>The Call-ID of a leg that we call.</summary>
    public byte[] CallId(Leg leg) => Encoding.ASCII.GetBytes($"{leg.Id}.{Keyed(leg, 'c')}@{instance}");

    /// <summary>The branch of the request with this CSeq in the leg's dialog; an ACK of a 2xx has one of its own.</summary>
    public byte[] Branch(Leg leg, uint cseq, bool ack = false) =>
        Encoding.ASCII.GetBytes($"z9hG4bK{leg.Id}.{Keyed(leg, 'b')}.{cseq}{(ack ? "a" : "")}");

    string Keyed(Leg leg, char purpose)
    {
        Span<byte> of = stackalloc byte[9];
        BitConverter.TryWriteBytes(of, leg.Id.Value);
        of[8] = (byte)purpose;
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, of, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
