DROP TABLE looks;
DROP TABLE zones;
DROP TABLE positions;
DROP TABLE guardianships;
