using System.Text;
using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>What is done for those who wait for the journal for longer than any election: a caller always gets an answer.</summary>
sealed partial class ServiceNode
{
    /// <summary>Arrivals whose entries are on their way, in order: who waits too long gets a default label.</summary>
    readonly Queue<(ulong Sequence, long SinceUs)> _waiting = [];
    /// <summary>Arrivals that were turned away because the journal was away; what comes of them is ended.</summary>
    readonly HashSet<ulong> _givenUp = [];
    /// <summary>Those who waited too long, and did not ask again as one does who has no answer.</summary>
    readonly List<(ulong Sequence, long SinceUs)> _silent = [];
    /// <summary>A caller without an answer asks again after 0.5, 1.5, 3.5 s (RFC 3261 §17.1.1.2).</summary>
    const long AsksAgainUs = 2_100_000;
    readonly Queue<(LegEdge Edge, ServerTransaction Bye, long SinceUs)> _byes = [];

    public void Sweep(long nowUs)
    {
        _registrar.Sweep(nowUs);
        long before = nowUs - _defaultRouteAfter.Us;
        while (_waiting.TryPeek(out (ulong Sequence, long SinceUs) first) && first.SinceUs <= before)
        {
            _waiting.Dequeue();
            if (!_proposed.TryGetValue(first.Sequence, out ServerTransaction? invite)) continue;
            if (invite.Flow.IsReliable || invite.HeardAgainUs > nowUs - AsksAgainUs) GiveUp(first.Sequence, invite, nowUs);
            // Another node may have answered, that has this address since: two answers would be worse than a late one.
            else _silent.Add((first.Sequence, nowUs));
        }
        for (int i = _silent.Count - 1; i >= 0; i--)
        {
            if (!_proposed.TryGetValue(_silent[i].Sequence, out ServerTransaction? invite)) _silent.RemoveAt(i);
            else if (invite.HeardAgainUs > _silent[i].SinceUs) GiveUp(_silent[i].Sequence, invite, nowUs);
        }
        while (_byes.TryPeek(out (LegEdge Edge, ServerTransaction Bye, long SinceUs) owed) && owed.SinceUs <= before)
        {
            _byes.Dequeue();
            if (!ReferenceEquals(owed.Edge.Bye, owed.Bye)) continue;
            owed.Edge.Bye = null;
            _fence.Pass(() => Refuse(owed.Bye, 200, nowUs));
        }
    }

    /// <summary>The journal is away for longer than any election: the caller gets the default label of the number that was dialed, as far as this node can give it.</summary>
    void GiveUp(ulong sequence, ServerTransaction invite, long nowUs)
    {
        _proposed.Remove(sequence);
        _givenUp.Add(sequence);
        string dialed = Numbers.Of(invite.Request.Uri);
        Label? label = Centre.Configuration is { } configuration
            ? configuration.DialedNumbers.FirstOrDefault(d => d.Number == dialed)?.DefaultLabel ?? configuration.Settings.DefaultLabel : null;
        (int status, string number) = label?.KindCase switch
        {
            Label.KindOneofCase.External => (302, label.External),
            Label.KindOneofCase.Busy => (486, ""),
            Label.KindOneofCase.Release => (label.Release, ""),
            _ => (503, ""),
        };
        // Who sent the call can reach the number, not we.
        byte[] contact = number.Length > 0 ? Encoding.UTF8.GetBytes($"<sip:{Numbers.Escaped(number)}@{invite.Flow.Remote}>") : [];
        _fence.Pass(() => Stack.Respond(invite, new OutgoingResponse { Status = status, Contact = contact, Headers = status == 503 ? s_retryAfter : default }, nowUs));
        _defaultRouted.Add(new CallDefaultRouted
        {
            Dialed = dialed,
            Calling = Numbers.Of(invite.Request.From.Uri),
            Label = status == 503 ? "release:503" : Core.Scripts.Labels.Text(label),
            UnixUs = _clock.UnixUs,
        });
    }
}
