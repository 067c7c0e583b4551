using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

/// <summary>Datagrams between phones on a fake clock. Losses, duplicates and delays come from one seed.</summary>
sealed class FakeNetwork(int seed = 1)
{
    readonly Random _random = new(seed);
    readonly PriorityQueue<(SipEndPoint To, Flow Flow, byte[] Bytes), (long, long)> _underway = new();
    readonly Dictionary<SipEndPoint, Phone> _phones = [];
    long _order;

    public long NowUs { get; private set; } = 1_000_000;
    public double Loss { get; set; }
    public double Duplication { get; set; }
    public long JitterUs { get; set; }

    /// <summary>True: this message is lost.</summary>
    public Func<string, bool> Drops { get; set; } = _ => false;

    public List<string> Carried { get; } = [];

    public void Attach(Phone phone) => _phones[phone.Address] = phone;

    public void Carry(SipEndPoint from, SipEndPoint to, ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        string line = text[..text.IndexOf('\r')];
        Carried.Add(line);
        if (Drops(text)) return;
        int copies = _random.NextDouble() < Loss ? 0 : _random.NextDouble() < Duplication ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            long arrival = NowUs + 1000 + (JitterUs > 0 ? _random.NextInt64(JitterUs) : 0);
            _underway.Enqueue((to, new Flow(TransportKind.Udp, 0, from, to), bytes.ToArray()), (arrival, _order++));
        }
    }

    public void Run(double seconds)
    {
        long untilUs = NowUs + (long)(seconds * 1_000_000);
        while (true)
        {
            long nextUs = _underway.TryPeek(out _, out (long At, long) first) ? first.At : long.MaxValue;
            foreach (Phone phone in _phones.Values) nextUs = Math.Min(nextUs, phone.Stack.NextTimerUs);
            if (nextUs > untilUs) break;
            NowUs = Math.Max(NowUs, nextUs);
            while (_underway.TryPeek(out var one, out (long At, long) key) && key.At <= NowUs)
            {
                _underway.Dequeue();
                if (_phones.TryGetValue(one.To, out Phone? phone)) phone.Stack.Receive(one.Bytes, one.Flow, NowUs);
            }
            foreach (Phone phone in _phones.Values) phone.Stack.Tick(NowUs);
        }
        NowUs = untilUs;
    }
}
