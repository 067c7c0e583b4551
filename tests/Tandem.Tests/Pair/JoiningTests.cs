using System.Net;
using System.Net.Sockets;
using System.Text;
using Tandem.Node;
using Tandem.Node.Pair;

namespace Tandem.Tests.Pair;

public sealed class JoiningTests
{
    [Theory]
    [InlineData("Content-Length: 100000\r\n\r\nthe beginning")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nthe\r\n")]
    public async Task A_fetch_that_stalls_in_the_middle_ends_and_says_what_was_not_fetched(string answer)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var folder = new TemporaryFolder();
        SideOptions side = SideFiles.A(folder, $"{other.LocalEndpoint}");

        Task fetching = Joining.FetchAsync(side, 0, _ => { }, TimeSpan.FromMilliseconds(300));
        using TcpClient asked = await other.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await asked.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{answer}"), TestContext.Current.CancellationToken);

        NodeException told = await Assert.ThrowsAsync<NodeException>(() => fetching.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith("the snapshot could not be fetched whole from the other side", told.Message);
        Assert.EndsWith("It is tried again at the next start.", told.Message);
    }
}
