using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Node.Loop;

namespace Tandem.Simulation;

/// <summary>A bug that a test plants, to see the checkers catch it. Reaches Tandem only by the seams that are there anyway.</summary>
class Plant
{
    public static readonly Plant None = new();

    /// <summary>For each side, and with "" for the reference.</summary>
    public virtual void Apply(string side, ContactCentre centre, long position, Entry entry, EffectList effects) => centre.Apply(position, entry, effects);

    public virtual PulseTimes Pulse => PulseTimes.Default;

    /// <summary>The store takes a batch that it has already.</summary>
    public virtual bool IgnoresVersions => false;

    /// <summary>The reader of a side passes over this entry.</summary>
    public virtual bool LosesEntry(string side, long position) => false;

    /// <summary>The history of a side commits records without the position.</summary>
    public virtual bool ForgetsPosition(string side) => false;

    /// <summary>Nobody lets an address go.</summary>
    public virtual bool KeepsAddresses => false;

    /// <summary>What leaves instead of a message; null: the message.</summary>
    public virtual byte[]? Sent(ReadOnlySpan<byte> message) => null;

    /// <summary>Answers what came in at once; null: nothing.</summary>
    public virtual byte[]? Answers(byte[] message) => null;

    /// <summary>Tandem itself finds the difference, and a node ends because of it.</summary>
    public virtual bool MayDiverge => false;
}
