using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class MutationTests
{
    [Fact]
    public void Twenty_thousand_mutated_datagrams_leave_the_stack_serving()
    {
        var network = new FakeNetwork { Drops = _ => true };
        var bo = new Phone(network, "bo", 2, new SipStackOptions { TransactionsMax = 500, DialogsMax = 500 });
        bo.OnRequest = request => bo.Answer(request.Method == SipMethod.Invite ? 180 : 200, request);
        bo.OnDialogRequest = (_, request) => bo.Answer(200, request);
        var random = new Random(20_000);
        byte[][] seeds = [.. TortureTests.Verdicts.Select(row => Encoding.Latin1.GetBytes(row.Data.Item2))];
        Flow flow = new(TransportKind.Udp, 0, SipEndPoint.V4(192, 0, 2, 1, 5060), bo.Address);
        var framed = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] datagram = Mutate(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random);
            bo.Stack.Receive(datagram, flow, network.NowUs);
            StreamFramer.Next(datagram, out int length, out _);
            Assert.InRange(length, 0, datagram.Length);
            if (SipParser.Parse(datagram, out SipMessage? message) == Malformed.No) ReadAll(message!);
            network.Run(framed.NextDouble() / 10);
        }
        network.Run(100);
        network.Carried.Clear();
        bo.Stack.Receive(Messages.Request("OPTIONS", "z9hG4bK-alive"), flow, network.NowUs);
        Assert.Equal("SIP/2.0 200 OK", network.Carried[^1]);
        Assert.InRange(bo.Stack.ServerTransactions, 1, 500);
    }

    static void ReadAll(SipMessage message)
    {
        foreach (HeaderKind kind in Enum.GetValues<HeaderKind>())
        {
            message.Number(kind);
            foreach (AddressView address in message.Addresses(kind)) _ = address.TryParameter("q"u8, out _);
            foreach (ReadOnlySpan<byte> token in message.Tokens(kind)) _ = token.Length;
        }
        _ = SdpView.TryParse(message.Body, out _);
        _ = RegisterView.Read(message, new RegisterLimits(), out _);
        new DigestServer(new DigestServerOptions { Realm = "r", Secret = [1] }).Verify(message, (_, _) => null, 0, out _);
    }

    static byte[] Mutate(byte[] seed, byte[] other, Random random)
    {
        var bytes = new List<byte>(seed);
        for (int i = random.Next(1, 8); i > 0 && bytes.Count > 2; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, other.AsSpan(random.Next(other.Length)) is var rest && rest.Length > 10 ? rest[..10].ToArray() : []); break;
                case 4: bytes.Insert(at, (byte)";,<>\"\r\n :@[]%\\="[random.Next(15)]); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return [.. bytes];
    }
}
