namespace Tandem.Journal;
using Tandem.Journal.Files;
sealed class Archive { internal void Add(Storage storage, SegmentHeader segment, long last) { } }
