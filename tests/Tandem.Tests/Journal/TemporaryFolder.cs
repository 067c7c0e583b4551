namespace Tandem.Tests.Journal;

sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tandem-journal-").FullName;
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
