using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class FormatTests
{
    [Fact]
    public void Parsing_what_was_formatted_and_formatting_it_again_changes_nothing()
    {
        var random = new Random(4711);
        var writer = new MessageWriter();
        for (int round = 0; round < 5000; round++)
        {
            byte[] first = RandomMessage(random, writer);
            Assert.Equal(Malformed.No, SipParser.Parse(first, out SipMessage? message));
            writer.Clear();
            message!.WriteTo(writer);
            Assert.Equal(first, writer.ToArray());
            Assert.Equal(first, message.Raw.ToArray());
        }
    }

    static byte[] RandomMessage(Random random, MessageWriter writer)
    {
        string[] methods = ["INVITE", "BYE", "OPTIONS", "REGISTER", "x-own"];
        string method = methods[random.Next(methods.Length)];
        writer.Clear();
        if (random.Next(3) > 0) writer.StartRequest(Bytes(method), Bytes(Uri(random)));
        else writer.StartResponse(random.Next(100, 700), Bytes(Word(random)));
        var headers = new List<(string, string)>
        {
            ("Via", Via(random)),
            (random.Next(2) == 0 ? "From" : "f", $"{Address(random)};tag={Word(random)}"),
            (random.Next(2) == 0 ? "To" : "t", Address(random)),
            ("Call-ID", $"{Word(random)}@{Word(random)}"),
            ("CSeq", $"{random.Next()} {method}"),
            ("Contact", string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Address(random)))),
        };
        for (int i = random.Next(6); i > 0; i--) headers.Add(($"X-{Word(random)}", Quoted(random)));
        for (int i = random.Next(3); i > 0; i--) headers.Add(("Via", Via(random)));
        if (random.Next(2) == 0) headers.Add(("Record-Route", $"<{Uri(random)};lr>,<{Uri(random)}>"));
        foreach ((string name, string value) in headers.OrderBy(_ => random.Next())) writer.Header(Bytes(name), Bytes(value));
        byte[] body = new byte[random.Next(4) * random.Next(100)];
        random.NextBytes(body);
        writer.Body("application/octet-stream"u8, body);
        return writer.ToArray();
    }

    static string Word(Random random) => new([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => "abcXYZ019-.!%*_+`'~"[random.Next(19)])]);

    static string Host(Random random) => random.Next(4) switch { 0 => "192.0.2.9", 1 => "[2001:db8::9]", _ => "host.test" } + (random.Next(2) == 0 ? ":5070" : "");

    static string Uri(Random random) => random.Next(6) switch
    {
        0 => "tel:+15550100;x=y",
        1 => $"sips:{Host(random)}",
        _ => $"sip:u%20;p={random.Next()}@{Host(random)}{(random.Next(2) == 0 ? ";transport=udp" : "")}",
    };

    static string Quoted(Random random) => "\"" + Word(random) + "\\\"<,;\\\\ é" + Word(random) + "\"";

    static string Address(Random random) => random.Next(3) switch
    {
        0 => $"<{Uri(random)}>",
        1 => $"{Quoted(random)} <{Uri(random)}>",
        _ => $"Plain Name <{Uri(random)}>;q=0.5;own={Quoted(random)}",
    };

    static string Via(Random random) => $"SIP/2.0/UDP {Host(random)};branch=z9hG4bK{Word(random)}{(random.Next(2) == 0 ? ";rport" : "")}";

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
