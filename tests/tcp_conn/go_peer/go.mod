module troupe.test/peer

go 1.19
