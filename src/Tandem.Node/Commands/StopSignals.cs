using System.Runtime.InteropServices;

namespace Tandem.Node.Commands;

/// <summary>Ctrl-C and SIGTERM.</summary>
sealed class StopSignals : IDisposable
{
    readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _asked.TrySetResult();
    }))];

    public Task Asked => _asked.Task;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
