using System.Runtime.InteropServices;
using Tandem.Journal;
using Tandem.Node.ConfigurationFiles;
using Tandem.Node.Guarding.Addresses;
using Tandem.Node.Http;
using Tandem.Node.Pair;

namespace Tandem.Node.Guarding;

/// <summary>The guardian's process: `node --config side-a.yaml`.</summary>
static class GuardianProgram
{
    public static int Run(SideOptions side)
    {
        try
        {
            if (OperatingSystem.IsWindows()) throw new NodeException("a guardian needs Linux");
            Directory.CreateDirectory(side.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException($"{side.Data} cannot be used as data directory: {e.Message}", inner: e);
        }
        if (!File.Exists(side.InstanceKey) && side.InstanceKey != Path.Combine(side.Data, "instance.key"))
            throw new NodeException($"{side.InstanceKey} is missing: copy the key from the other side, or make the first one with `openssl rand -hex 32`");
        if (side.InstanceKey == Path.Combine(side.Data, "instance.key")) Credentials.Open(side.Data);
        AccessToken.Open(side.Data);
        // Only here: a node that dies comes back without asking anybody.
        PairCheck.DemandAsync(side, static text => Console.Error.WriteLine($"tandem: {text}"), CancellationToken.None).GetAwaiter().GetResult();
        using var log = new QueuedLog(Console.Error);
        using EtcdLastWill will = WillOf(side);
        using var guardian = new Guardian(new GuardianOptions
        {
            Side = side.Side,
            Data = side.Data,
            Program = NodeProgram.Self(side.Path),
            SilenceMaxMs = side.Timings.RenewalMs,
            StopMs = side.Timings.StopMs,
        }, DriverFor(side), will, log);
        using var socket = new GuardianSocket(side.Data, guardian);
        using PosixSignalRegistration term = StopOn(PosixSignal.SIGTERM, guardian), interrupt = StopOn(PosixSignal.SIGINT, guardian), hangUp = StopOn(PosixSignal.SIGHUP, guardian);
        return guardian.Run();
    }

    static PosixSignalRegistration StopOn(PosixSignal signal, Guardian guardian) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        guardian.Post(Order.End);
    });

    static IAddressDriver DriverFor(SideOptions side)
    {
        try
        {
            return side.AddressMoves.How switch
            {
                MovesHow.Loopback => new LoopbackAddresses(side.AddressMoves.Claims, side.Side),
                MovesHow.Ip => new IpAddresses(side.AddressMoves.Interface, side.AddressMoves.Prefix, Path.Combine(side.Data, "addresses"), side.Sip.Address),
                _ => new FixedAddresses(),
            };
        }
        catch (AddressException e)
        {
            throw new NodeException($"service addresses: {e.Message}", inner: e);
        }
    }

    static EtcdLastWill WillOf(SideOptions side)
    {
        try
        {
            return new EtcdLastWill(PairJournal.ClusterOf(side));
        }
        catch (EtcdException e)
        {
            throw new NodeException(e.Message, inner: e);
        }
    }
}
