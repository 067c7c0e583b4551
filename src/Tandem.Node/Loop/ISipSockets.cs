using Tandem.Sip;

namespace Tandem.Node.Loop;

/// <summary>
/// The SIP sockets of this node: UDP and TCP for each service address that is open here. An address is written as in the
/// journal, <c>127.0.0.2:5060</c>. All calls on the loop's thread.
/// </summary>
interface ISipSockets : ISipOutput
{
    /// <summary>The flow from an address of ours to a peer; over TCP the connection that is there, or a new one. Null: the address is not open here, other family of addresses, too many connections.</summary>
    Flow? FlowTo(SipEndPoint local, SipEndPoint remote, bool overTcp);

    /// <summary>Asks for an address; <see cref="NodeLoop.Opened"/> follows when it is this node's to use: at once where it is open already.</summary>
    void Open(string address);

    /// <summary>Lets an address go, after what still comes in until the other side has taken it, and during a while then, was delivered.</summary>
    void Close(string address, TimeSpan drain);
}

/// <summary>What the loop wants of the process around it. All calls on the loop's thread.</summary>
interface INodeHost
{
    /// <summary>A line for people.</summary>
    void Alarm(string message);

    /// <summary>The loop lives, in this incarnation.</summary>
    void Renew(ulong incarnation);

    /// <summary>Runs something long beside the loop, and then the rest on it; null when the long part failed (which is told).</summary>
    void Aside<T>(Func<Task<T>> work, Action<T?> then)
        where T : class;

    /// <summary>This node cannot go on; see <see cref="NodeException"/> for the codes.</summary>
    void End(int exitCode, string why);
}

/// <summary>Where the records of applied entries go: history's logger.</summary>
interface IRecordSink
{
    /// <summary>All records up to here are in the database, for good.</summary>
    long Position { get; }
    void Take(long position, IReadOnlyList<Core.Schema.Record> records);
    /// <summary>As <see cref="Take"/>, in a replay: may wait for the database.</summary>
    void TakeReplayed(long position, IReadOnlyList<Core.Schema.Record> records);
    void Reached(long position);
    /// <summary>What was recorded after a position came of a wrong state: it is removed, and made again at the next start.</summary>
    void Rewind(long position);
}
