using System.Text;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;
using Tandem.Node.Loop;

namespace Tandem.Simulation;

/// <summary>The bugs that are planted, each with the rules that may catch it and the faults that bring it out.</summary>
static class Plants
{
    public static readonly IReadOnlyDictionary<string, (Plant Plant, string[] Rules, string Faults)> All = new Dictionary<string, (Plant, string[], string)>(StringComparer.Ordinal)
    {
        ["a doubled effect"] = (new DoubledEffect(), ["records"], "all"),
        ["a lost timer"] = (new LostTimer(), ["timers"], "all"),
        ["a stale incarnation is accepted"] = (new StaleAccepted(), ["incarnations"], "all"),
        ["a fence that does not close"] = (new OpenFence(), ["owners", "fence"], "freeze,cut-sides"),
        ["an address is owned twice"] = (new KeptAddress(), ["owners"], "claim,leave"),
        ["an entry is committed twice"] = (new IgnoredVersion(), ["journal"], "all"),
        ["an entry is lost by one reader"] = (new LostEntry(), ["hashes", "exception", "node ended"], "all"),
        ["a place in the line is lost"] = (new LostPlace(), ["queue order", "state"], "all"),
        ["a record is written twice after a restart"] = (new RecordTwice(), ["records"], "all"),
        ["a CSeq goes backwards"] = (new BackwardCSeq(), ["CSeq"], "all"),
        ["one side applies otherwise"] = (new OtherwiseOnB(), ["hashes"], "all"),
        ["an answer before the commit"] = (new EarlyAnswer(), ["promises"], "all"),
    };

    sealed class DoubledEffect : Plant
    {
        public override void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects)
        {
            centre.Apply(position, entry, effects);
            Effect? record = null;
            foreach (Effect effect in effects)
                if (effect is Recorded { Record.Termination: not null }) record = effect;
            if (record is not null && position % 5 == 0) effects.Add(record);
        }
    }

    /// <summary>Some wrap-ups never end.</summary>
    sealed class LostTimer : Plant
    {
        public override void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects)
        {
            centre.Apply(position, entry, effects);
            foreach (Agent agent in centre.Agents)
                if (agent.IsInWrapUp && position % 7 == 0) agent.WrapUpUntil = Instant.Never;
        }
    }

    /// <summary>What a lost incarnation proposes counts as proposed by a live one.</summary>
    sealed class StaleAccepted : Plant
    {
        public override void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects)
        {
            Entry taken = entry;
            if (centre.FindIncarnation(entry.Incarnation) is { Lost: true } && centre.LiveIncarnations is [{ } live, ..])
            {
                taken = entry.Clone();
                taken.Incarnation = live.Number;
                taken.Sequence = live.Sequence + 1;
            }
            centre.Apply(position, taken, effects);
        }
    }

    sealed class OpenFence : Plant
    {
        public override PulseTimes Pulse => PulseTimes.Default with { FenceUs = 3_600_000_000 };
    }

    sealed class KeptAddress : Plant
    {
        public override bool KeepsAddresses => true;
    }

    sealed class IgnoredVersion : Plant
    {
        public override bool IgnoresVersions => true;
    }

    sealed class LostEntry : Plant
    {
        public override bool LosesEntry(string side, long position) => side == "B" && position % 501 == 500;
    }

    /// <summary>Who waits for a second time waits from then on.</summary>
    sealed class LostPlace : Plant
    {
        public override void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects)
        {
            centre.Apply(position, entry, effects);
            if (entry.InputCase != Entry.InputOneofCase.LegFailed) return;
            foreach (Call call in centre.Calls.OrderBy(static c => c.Id))
            {
                if (!call.IsWaiting) continue;
                Waiting place = call.Places[0];
                place.Group.Line.Remove(place);
                call.Places[0] = place with { Since = centre.Now };
                place.Group.Line.Add(call.Places[0]);
            }
        }
    }

    sealed class RecordTwice : Plant
    {
        public override bool ForgetsPosition(string side) => side == "A";
    }

    sealed class BackwardCSeq : Plant
    {
        public override byte[]? Sent(ReadOnlySpan<byte> message) =>
            message.StartsWith("BYE "u8) ? Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(message).Replace("CSeq: 1000000 BYE", "CSeq: 1 BYE", StringComparison.Ordinal)) : null;
    }

    /// <summary>B's time is a microsecond off, now and then.</summary>
    sealed class OtherwiseOnB : Plant
    {
        public override bool MayDiverge => true;

        public override void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects)
        {
            Entry taken = entry;
            if (side == "B" && entry.InputCase == Entry.InputOneofCase.Tick && position % 97 == 0)
            {
                taken = entry.Clone();
                taken.TimeUs++;
            }
            centre.Apply(position, taken, effects);
        }
    }

    /// <summary>Ringing is told as soon as an INVITE is there.</summary>
    sealed class EarlyAnswer : Plant
    {
        public override byte[]? Answers(byte[] message)
        {
            string text = Encoding.ASCII.GetString(message);
            if (!text.StartsWith("INVITE sip:1", StringComparison.Ordinal) || !text.Contains("To: <sip:1000@", StringComparison.Ordinal)) return null;
            string[] lines = text.Split("\r\n");
            string[] kept = [.. lines.Where(static l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal) || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal))];
            string to = lines.First(static l => l.StartsWith("To:", StringComparison.Ordinal));
            return Encoding.ASCII.GetBytes($"SIP/2.0 180 Ringing\r\n{string.Join("\r\n", kept)}\r\n{to};tag=early\r\nContent-Length: 0\r\n\r\n");
        }
    }
}
