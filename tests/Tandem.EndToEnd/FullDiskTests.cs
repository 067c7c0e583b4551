using System.Diagnostics;
using System.Net;

namespace Tandem.EndToEnd;

/// <summary>A disk of our own (tmpfs) that gets full.</summary>
public sealed class FullDiskTests
{
    /// <summary>A segment of the journal and its reserve have room, a second segment has not.</summary>
    const int Small = 100, Large = 400;

    static async Task MountAsync(string words, string folder)
    {
        using Process mount = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{words} '{folder}'"]) { RedirectStandardError = true })!;
        string errors = await mount.StandardError.ReadToEndAsync();
        await mount.WaitForExitAsync();
        Assert.True(mount.ExitCode == 0, $"This test needs a small file system of its own, and '{words}' was refused (run it as root): {errors}");
    }

    [Fact]
    public async Task New_calls_get_503_calls_in_progress_go_on_and_it_recovers_when_there_is_room()
    {
        string disk = Directory.CreateTempSubdirectory("tandem-disk-").FullName;
        await MountAsync($"mount -t tmpfs -o size={Small}m tandem", disk);
        try
        {
            await FillAsync(disk);
        }
        finally
        {
            await MountAsync("umount -l", disk);
            Directory.Delete(disk);
        }
    }

    static async Task FillAsync(string disk)
    {
        await using Desk desk = await Desk.OpenAsync(agents: 2, ready: 1, on: new TandemProcess { Data = Path.Combine(disk, "data") });
        (Caller talking, Callee ana) = await desk.TalkAsync(number: "+491");
        Caller waiting = await desk.DialAsync("+492");
        await desk.Node.CallsBecomeAsync(1, "queued");

        // Calls to a number that is not there leave only their arrival in the journal: make that long.
        string padding = string.Concat(Enumerable.Range(0, 50).Select(static i => $"X-Padding-{i}: {new string('x', 1_000)}\r\n"));
        using var filler = new UdpPeer(desk.Node.Sip, Centre.Carrier);
        Message last;
        int sent = 0;
        do
        {
            var call = new Caller(filler, "+499", "4711");
            call.SendInvite(Sdp.Of("filler"), padding);
            last = await filler.ReceiveAsync(m => m.CallId == call.CallId && m.Status >= 200, "an answer", again: call.Invite);
            filler.Send(call.WriteAck(last));
            Assert.True(++sent < 3_000, "the disk does not get full");
        }
        while (last.Status == 404);
        Assert.Equal(503, last.Status);
        Assert.NotEqual("", last["Retry-After"]);
        FillUp(Path.Combine(disk, "filler"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await desk.Node.HealthAsync());

        // Calls in progress: hold, resume, hang up, a caller who gives up, agents' states.
        await CallTests.PassAsync(talking, ana, "sendonly", "recvonly", 2);
        await CallTests.PassAsync(talking, ana, "sendrecv", "sendrecv", 3);
        await talking.ByeAsync();
        await ana.ByedAsync();
        await desk.Node.AgentBecomesAsync("ana", "work-ready");
        await desk.Node.ReadyAsync("bo");
        Callee bo = await Callee.RungAsync(desk.Bo);
        await bo.AnswerAsync();
        await waiting.ConnectedAsync();
        await bo.ByeAsync();
        await waiting.ByedAsync();
        var refused = new Caller(desk.Carrier, "+493", "1000");
        refused.SendInvite(Sdp.Of("refused"));
        await refused.RefusedAsync(503);

        await MountAsync($"mount -o remount,size={Large}m", disk);
        await Eventually.TrueAsync(async () => await desk.Node.HealthAsync() == HttpStatusCode.OK, "the node to take new calls again");
        await desk.Node.ReadyAsync("ana");
        (Caller again, ana) = await desk.TalkAsync(number: "+494");
        await again.ByeAsync();
        await ana.ByedAsync();
        await desk.EndsAsync("0 13", "1 13 ana", "0 13", "1 13 bo", "0 13", "1 13 ana");
    }

    static void FillUp(string path)
    {
        byte[] some = new byte[64 * 1024];
        using FileStream file = File.Create(path, 1);
        try
        {
            while (true)
            {
                file.Write(some);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: that was to be reached.
        }
    }
}
